using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Palimpsest.Text;

/// <summary>A pattern matched on code points. .NET sees a character beyond U+FFFF as two surrogates that are in no class; here each is replaced by a stand-in of its own category for the match.</summary>
/// <remarks>A pattern that names single characters or ranges beyond U+FFFF is not supported and refused.</remarks>
internal sealed class CodePointRegex
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Regex _regex;

    public CodePointRegex(string pattern)
    {
        if (pattern.Any(char.IsSurrogate))
        {
            throw new PalimpsestException($"the pattern {pattern} names characters beyond U+FFFF, which is not supported");
        }

        try
        {
            _regex = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, Patience);
        }
        catch (ArgumentException error)
        {
            throw new PalimpsestException($"the pattern {pattern} is not understood ({error.Message})", error);
        }
    }

    /// <summary>The pieces of a text in order: matches and what lies between them.</summary>
    public IEnumerable<(int Start, int Length, bool IsMatch)> Split(string text)
    {
        int[]? map = null;
        string shadow = text.Any(char.IsSurrogate) ? Shadow(text, out map) : text;
        int At(int index) => map is null ? index : map[index];
        List<(int, int, bool)> pieces = [];
        int end = 0;
        try
        {
            foreach (ValueMatch match in _regex.EnumerateMatches(shadow))
            {
                if (match.Length == 0)
                {
                    continue;
                }

                if (match.Index > end)
                {
                    pieces.Add((At(end), At(match.Index) - At(end), false));
                }

                end = match.Index + match.Length;
                pieces.Add((At(match.Index), At(end) - At(match.Index), true));
            }
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new PalimpsestException($"the pattern {_regex} took longer than {Patience.TotalSeconds:F0} s on a text of {text.Length} characters.", error);
        }

        if (end < shadow.Length)
        {
            pieces.Add((At(end), text.Length - At(end), false));
        }

        return pieces;
    }

    private static string Shadow(string text, out int[] map)
    {
        StringBuilder shadow = new(text.Length);
        List<int> positions = new(text.Length + 1);
        for (int i = 0; i < text.Length; i++)
        {
            positions.Add(i);
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                shadow.Append(StandIn(CharUnicodeInfo.GetUnicodeCategory(text, i)));
                i++;
            }
            else
            {
                shadow.Append(text[i]);
            }
        }

        positions.Add(text.Length);
        map = [.. positions];
        return shadow.ToString();
    }

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u00C0',
        UnicodeCategory.LowercaseLetter => '\u00E0',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\u05D0',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u0488',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u00B2',
        UnicodeCategory.MathSymbol => '\u00B1',
        UnicodeCategory.CurrencySymbol => '\u00A4',
        UnicodeCategory.ModifierSymbol => '\u00A8',
        UnicodeCategory.OtherPunctuation => '\u00A7',
        UnicodeCategory.Format => '\u00AD',
        UnicodeCategory.PrivateUse => '\uE000',
        UnicodeCategory.OtherNotAssigned => '\u0378',
        _ => '\u00A9',
    };
}
