using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>Numbers in one form, so that equal ones are equal texts, of any length and without rounding.</summary>
internal static partial class StrictNumber
{
    /// <summary>Reads a decimal number, with commas between thousands or without, and nothing else beside it.
    /// <c>0,001</c> may be one or a thousandth and is none.</summary>
    /// <param name="text">A text.</param>
    /// <param name="canonical">Sign, whole part without leading zeros, and decimals without trailing ones; "0" for zero.</param>
    public static bool TryRead(string? text, [NotNullWhen(true)] out string? canonical)
    {
        canonical = null;
        if (text is null || Form().Match(text.Trim()) is not { Success: true } match)
        {
            return false;
        }

        string whole = match.Groups["whole"].Value.Replace(",", "", StringComparison.Ordinal).TrimStart('0'),
            decimals = match.Groups["decimals"].Value.TrimEnd('0');
        canonical = (whole.Length == 0 ? "0" : whole) + (decimals.Length == 0 ? "" : "." + decimals);
        canonical = canonical == "0" || match.Groups["sign"].Value != "-" ? canonical : "-" + canonical;
        return true;
    }

    // Only the digits of ASCII: models write others by mistake.
    [GeneratedRegex(@"^(?<sign>[-+])?(?<whole>[1-9][0-9]{0,2}(,[0-9]{3})+|[0-9]*)(\.(?<decimals>[0-9]*))?$(?<=[0-9]\.?)", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
