using Palimpsest.Text.Normalization;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Metrics;

/// <summary>Python's notions of lower case, white space, punctuation and words: the reference programs of the text metrics are written in it, and a different notion changes scores.</summary>
internal static class PythonText
{
    private static readonly UnicodeNormalizer s_decompose = new(composed: false, compatibility: false);

    /// <summary><c>str.lower</c>: U+0130 becomes two code points, and a capital sigma at the end of a word its final form.</summary>
    public static string Lower(string text) => PythonCharacters.Lower(text);

    /// <summary>Canonical decomposition (NFD).</summary>
    public static string Decompose(string text) => s_decompose.Apply(text);

    /// <summary><c>str.isspace</c>: Unicode's white space and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(int codePoint) => codePoint is >= 0x1C and <= 0x1F || CodePoints.IsWhiteSpace(codePoint);

    /// <summary>A member of <c>string.punctuation</c>, which is ASCII's.</summary>
    public static bool IsPunctuation(int codePoint) => codePoint is >= '!' and <= '/' or >= ':' and <= '@' or >= '[' and <= '`' or >= '{' and <= '~';

    /// <summary>A word character of <c>re</c>: letters, numbers and the underscore, but no marks.</summary>
    public static bool IsWord(int codePoint) => codePoint == '_' || PythonCharacters.IsAlphanumeric(codePoint);

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
    public static List<int> ToCodePoints(string text) => [.. CodePoints.All(text)];
}
