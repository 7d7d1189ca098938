using System.Globalization;
using System.Text.RegularExpressions;

namespace Palimpsest.Common;

/// <summary>Numbers as people type them into options, recipes and conditions: one form, whatever the language of the machine, and no guess.</summary>
/// <remarks>
/// Digits, a point, an exponent. No group separators of any kind (<c>1,000</c> is a thousand to some and one to others), no leading zeros (<c>010</c> is eight
/// to YAML 1.1), no white space, no digits of other scripts.
/// </remarks>
public static partial class NumberText
{
    /// <summary>Reads a whole number; <c>2e3</c> is one too, up to 2^53, since people write counts of steps so.</summary>
    /// <param name="text">The whole text is the number.</param>
    /// <param name="value">The number.</param>
    public static bool TryWhole(string? text, out long value)
    {
        if (text is not null && WholePattern().IsMatch(text))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        }

        bool whole = TryReal(text, out double real) && real == Math.Floor(real) && Math.Abs(real) < 1L << 53;
        value = whole ? (long)real : 0;
        return whole;
    }

    /// <summary>Reads a finite number. One that 64 bits hold only as infinity, or as 0 although it is not, is none.</summary>
    /// <param name="text">The whole text is the number.</param>
    /// <param name="value">The number.</param>
    public static bool TryReal(string? text, out double value)
    {
        value = 0;
        if (text is null || !RealPattern().IsMatch(text) || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            || !double.IsFinite(number))
        {
            return false;
        }

        value = number;
        return number != 0
            || text.AsSpan(0, (text.AsSpan().IndexOfAny('e', 'E') is int exponent and >= 0) ? exponent : text.Length).IndexOfAnyInRange('1', '9') < 0;
    }

    /// <summary>The way out for a text that is no number, as in "write 0.001"; it begins in lower case and ends without a point.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="whole">Whether a whole number is wanted.</param>
    public static string WayOut(string text, bool whole = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        string joined = Separators().Replace(text, ""), pointed = text.Replace(',', '.');
        string? plain = Numbers(joined) ? Trimmed(joined) : null, point = !whole && text.Contains(',', StringComparison.Ordinal) && Numbers(pointed)
            ? Trimmed(pointed) : null;
        return (plain, point) switch
        {
            (not null, not null) when GroupPattern().IsMatch(text) => $"write {plain}, or {point} if the comma stands for the point",
            (_, not null) => $"write {point}",
            (not null, null) when !text.Contains(',', StringComparison.Ordinal) || GroupPattern().IsMatch(text) => $"write {plain}",
            _ => whole ? "write it in digits alone, such as 1000" : "write it with a point and without separators, such as 0.001 or 1e-3",
        };

        bool Numbers(string candidate) => whole ? TryWhole(Trimmed(candidate), out _) : TryReal(Trimmed(candidate), out _);
    }

    private static string Trimmed(string text) => LeadingZeros().Replace(text, "${sign}");

    [GeneratedRegex(@"\A[+-]?(0|[1-9][0-9]*)\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex WholePattern();

    [GeneratedRegex(@"\A[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex RealPattern();

    [GeneratedRegex(@"\A[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex GroupPattern();

    [GeneratedRegex(@"[\s,_'\u2019]", RegexOptions.CultureInvariant)]
    private static partial Regex Separators();

    [GeneratedRegex(@"\A(?<sign>[+-]?)0+(?=[0-9])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex LeadingZeros();
}
