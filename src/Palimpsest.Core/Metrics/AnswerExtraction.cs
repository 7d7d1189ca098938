using System.Text.RegularExpressions;

namespace Palimpsest.Metrics;

/// <summary>Finds the final answer in a worked solution. Every rule gives null where it finds nothing.</summary>
/// <remarks>Cobbe et al., GSM8K, 2021 (the marker <c>####</c>); Hendrycks et al., MATH, NeurIPS 2021 (<c>\boxed</c>).</remarks>
public static partial class AnswerExtraction
{
    /// <summary>GSM8K's official rule: the first <c>#### number</c>, without commas and a full stop behind it.</summary>
    /// <param name="text">The solution.</param>
    public static string? Marked(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Match match = Marker().Match(text);
        return match.Success ? match.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal).TrimEnd('.') : null;
    }

    /// <summary>The last number, without commas, dollar signs and a full stop behind it.</summary>
    /// <param name="text">The solution.</param>
    public static string? LastNumber(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Clean(Number().Matches(text).LastOrDefault());
    }

    /// <summary>The first number after the last "the answer is", in any case.</summary>
    /// <param name="text">The solution.</param>
    public static string? AfterTheAnswerIs(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string Phrase = "the answer is";
        int place = text.LastIndexOf(Phrase, StringComparison.OrdinalIgnoreCase);
        return place < 0 ? null : Clean(Number().Match(text, place + Phrase.Length));
    }

    /// <summary>The content of the last <c>\boxed{...}</c> or <c>\fbox{...}</c> with balanced braces; null if it is not closed. After <c>\boxed</c> and a space the answer runs to the next dollar sign.</summary>
    /// <param name="text">The solution.</param>
    public static string? LastBoxed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int boxed = text.LastIndexOf(@"\boxed", StringComparison.Ordinal), framed = text.LastIndexOf(@"\fbox", StringComparison.Ordinal);
        if (boxed < 0 && framed < 0)
        {
            return null;
        }

        ReadOnlySpan<char> rest = text.AsSpan(boxed > framed ? boxed + 6 : framed + 5);
        if (rest.StartsWith(" "))
        {
            // Without braces the answer runs to the end of the formula.
            int end = rest.IndexOf('$');
            return rest[1..(end < 0 ? rest.Length : end)].ToString();
        }

        int open = rest.IndexOf('{'), depth = 0;
        for (int i = open; i >= 0 && i < rest.Length; i++)
        {
            depth += rest[i] == '{' ? 1 : rest[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return rest[(open + 1)..i].ToString();
            }
        }

        return null;
    }

    private static string? Clean(Match? match) =>
        match is { Success: true } ? match.Value.Replace(",", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal).TrimEnd('.') : null;

    [GeneratedRegex(@"#### (?<number>-?[0-9.,]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Marker();

    // \d here is every decimal digit of Unicode, as in Python.
    [GeneratedRegex(@"-?\$?\d[\d,]*(\.\d+)?|-?\.\d+", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
