using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Palimpsest.Common;

namespace Palimpsest.Runs.Claims;

/// <summary>A condition on one number, written <c>"&gt;= 5"</c>; the signs are <c>&gt;=</c>, <c>&gt;</c>, <c>&lt;=</c> and <c>&lt;</c>.</summary>
public sealed record Threshold : IParsable<Threshold>
{
    // The longer sign stands before the one that it starts with.
    private static readonly string[] Signs = [">=", "<=", ">", "<"];

    private Threshold(string sign, double limit) => (Sign, Limit) = (sign, limit);

    /// <summary>One of <c>&gt;=</c>, <c>&gt;</c>, <c>&lt;=</c>, <c>&lt;</c>.</summary>
    public string Sign { get; }

    /// <summary>The limit, finite.</summary>
    public double Limit { get; }

    /// <summary>Whether larger values fulfil the condition.</summary>
    public bool WantsMore => Sign[0] == '>';

    /// <summary>Whether the value fulfils the condition; NaN never does.</summary>
    public bool Holds(double value) => Sign switch
    {
        ">=" => value >= Limit,
        ">" => value > Limit,
        "<=" => value <= Limit,
        _ => value < Limit,
    };

    /// <summary>Reads a condition.</summary>
    /// <exception cref="FormatException">The text is no sign and number.</exception>
    public static Threshold Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out Threshold? threshold) ? threshold : throw new FormatException("a sign (>=, >, <=, <) and a number in quotes, like \">= 5\"");

    /// <summary>Reads a condition if the text is one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Threshold result)
    {
        result = null;
        string text = s?.Trim() ?? "";
        string? sign = Array.Find(Signs, candidate => text.StartsWith(candidate, StringComparison.Ordinal));
        if (sign is not null && NumberText.TryReal(text[sign.Length..].Trim(), out double limit))
            result = new Threshold(sign, limit);
        return result is not null;
    }

    /// <summary>The condition as a recipe writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sign} {Limit:R}");
}
