using System.Globalization;
using System.Text;

namespace Palimpsest.Text.Patterns;

/// <summary>Reading UTF-16 text one code point at a time. .NET's own regular expressions see surrogates one by one, so no letter beyond U+FFFF would be a letter there.</summary>
internal static class CodePoints
{
    /// <summary>The code point that starts at <paramref name="index"/>, and its length in UTF-16 units.</summary>
    public static int At(ReadOnlySpan<char> text, int index, out int length)
    {
        char first = text[index];
        if (char.IsHighSurrogate(first) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(first, text[index + 1]);
        }

        length = 1;
        return first;
    }

    /// <summary>The code point that ends before <paramref name="index"/> (which is above 0), and its length in UTF-16 units.</summary>
    public static int Before(ReadOnlySpan<char> text, int index, out int length)
    {
        char last = text[index - 1];
        if (char.IsLowSurrogate(last) && index > 1 && char.IsHighSurrogate(text[index - 2]))
        {
            length = 2;
            return char.ConvertToUtf32(text[index - 2], last);
        }

        length = 1;
        return last;
    }

    /// <summary>How many code points a text has.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
                count--;
        }

        return count;
    }

    /// <summary>The code points of a text, one after the other; a lone surrogate counts as one.</summary>
    public static IEnumerable<int> All(string text)
    {
        for (int i = 0, length; i < text.Length; i += length)
        {
            yield return At(text, i, out length);
        }
    }

    /// <summary>Appends a code point to a text.</summary>
    public static void Append(StringBuilder text, int codePoint)
    {
        if (codePoint < 0x10000)
            text.Append((char)codePoint);
        else
            text.Append((char)(0xD800 + ((codePoint - 0x10000) >> 10))).Append((char)(0xDC00 + ((codePoint - 0x10000) & 0x3FF)));
    }

    /// <summary>The text with every lone surrogate replaced by U+FFFD, which is what conversion to UTF-8 makes of it.</summary>
    public static string WithoutLoneSurrogates(string text)
    {
        int i = 0;
        while (i < text.Length && !char.IsSurrogate(text[i]))
            i++;
        if (i == text.Length)
            return text;

        char[] copy = text.ToCharArray();
        for (; i < copy.Length; i++)
        {
            if (!char.IsSurrogate(copy[i]))
                continue;
            if (char.IsHighSurrogate(copy[i]) && i + 1 < copy.Length && char.IsLowSurrogate(copy[i + 1]))
                i++;
            else
                copy[i] = '\uFFFD';
        }

        return new string(copy);
    }

    /// <summary>Unicode's White_Space property.</summary>
    public static bool IsWhiteSpace(int codePoint) => codePoint is >= 0x9 and <= 0xD or 0x20 or 0x85 or 0xA0 or 0x1680 or >= 0x2000 and <= 0x200A or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000;

    /// <summary>Simple lower case, and U+0130 to itself; without it the invariant tables of .NET have no change to make.</summary>
    public static int ToLower(int codePoint) => Rune.IsValid(codePoint) ? Rune.ToLowerInvariant(new Rune(codePoint)).Value : codePoint;

    /// <summary>Simple upper case.</summary>
    public static int ToUpper(int codePoint) => Rune.IsValid(codePoint) ? Rune.ToUpperInvariant(new Rune(codePoint)).Value : codePoint;

    /// <summary>The general category by the tables of this .NET.</summary>
    public static UnicodeCategory Category(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint);
}
