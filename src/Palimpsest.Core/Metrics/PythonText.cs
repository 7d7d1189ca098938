using System.Globalization;
using System.Text;
using Palimpsest.Text.Normalization;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Metrics;

/// <summary>Python's notions of lower case, white space, punctuation and words: the reference programs of the text metrics are written in it, and a different notion changes scores.</summary>
internal static class PythonText
{
    private static readonly LowercaseNormalizer s_lowercase = new();
    private static readonly UnicodeNormalizer s_decompose = new(composed: false, compatibility: false);

    /// <summary><c>str.lower</c>: U+0130 becomes two code points, and a capital sigma at the end of a word its final form.</summary>
    public static string Lower(string text)
    {
        string lower = s_lowercase.Apply(text);
        if (!text.Contains('Σ', StringComparison.Ordinal))
        {
            return lower;
        }

        // Lower-casing keeps every place but U+0130's, so the sigmas are met in the same order in both texts.
        StringBuilder result = new(lower);
        int place = -1;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is 'Σ' or 'σ')
            {
                place = lower.IndexOf('σ', place + 1);
                if (text[i] == 'Σ' && CasedBefore(text, i) && !CasedAfter(text, i + 1))
                {
                    result[place] = 'ς';
                }
            }
        }

        return result.ToString();
    }

    /// <summary>Canonical decomposition (NFD).</summary>
    public static string Decompose(string text) => s_decompose.Apply(text);

    /// <summary><c>str.isspace</c>: Unicode's white space and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(int codePoint) => codePoint is >= 0x1C and <= 0x1F || CodePoints.IsWhiteSpace(codePoint);

    /// <summary>A member of <c>string.punctuation</c>, which is ASCII's.</summary>
    public static bool IsPunctuation(int codePoint) => codePoint is >= '!' and <= '/' or >= ':' and <= '@' or >= '[' and <= '`' or >= '{' and <= '~';

    /// <summary>A word character of <c>re</c>: letters, numbers and the underscore, but no marks.</summary>
    public static bool IsWord(int codePoint) => codePoint == '_' || CodePoints.Category(codePoint) is <= UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary><c>str.split()</c>: the runs of anything but white space.</summary>
    public static List<string> Split(string text)
    {
        List<string> parts = [];
        for (int i = 0; i < text.Length;)
        {
            int start = i;
            while (i < text.Length && !IsSpace(text[i]))
            {
                i++;
            }

            if (i > start)
            {
                parts.Add(text[start..i]);
            }

            i++;
        }

        return parts;
    }

    /// <summary><c>str.strip()</c>.</summary>
    public static string Strip(string text)
    {
        int start = 0, end = text.Length;
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>The code points of a text; a lone surrogate counts as one.</summary>
    public static List<int> ToCodePoints(string text)
    {
        List<int> result = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            result.Add(CodePoints.At(text, i, out int length));
            i += length;
        }

        return result;
    }

    private static bool CasedBefore(string text, int end)
    {
        while (end > 0)
        {
            int codePoint = CodePoints.Before(text, end, out int length);
            if (!IsCaseIgnorable(codePoint))
            {
                return IsCased(codePoint);
            }

            end -= length;
        }

        return false;
    }

    private static bool CasedAfter(string text, int start)
    {
        while (start < text.Length)
        {
            int codePoint = CodePoints.At(text, start, out int length);
            if (!IsCaseIgnorable(codePoint))
            {
                return IsCased(codePoint);
            }

            start += length;
        }

        return false;
    }

    private static bool IsCased(int codePoint) => CodePoints.Category(codePoint) <= UnicodeCategory.TitlecaseLetter;

    private static bool IsCaseIgnorable(int codePoint) => codePoint is '\'' or '.' or ':' or '^' or '`' or 0xAD or 0xB7 or 0x2019
        || CodePoints.Category(codePoint) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
