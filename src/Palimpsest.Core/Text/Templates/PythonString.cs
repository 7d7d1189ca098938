using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Templates;

/// <summary>Strings as Python sees them: rows of code points, with Python's white space and case.</summary>
internal static class PythonString
{
    // Upper case of more than one letter, and what the invariant tables lack.
    private static readonly Dictionary<char, string> s_upper = new()
    {
        ['ß'] = "SS",
        ['ŉ'] = "ʼN",
        ['ǰ'] = "J\u030C",
        ['և'] = "ԵՒ",
        ['ẖ'] = "H\u0331",
        ['ẗ'] = "T\u0308",
        ['ẘ'] = "W\u030A",
        ['ẙ'] = "Y\u030A",
        ['ẚ'] = "Aʾ",
        ['ﬀ'] = "FF",
        ['ﬁ'] = "FI",
        ['ﬂ'] = "FL",
        ['ﬃ'] = "FFI",
        ['ﬄ'] = "FFL",
        ['ﬅ'] = "ST",
        ['ﬆ'] = "ST",
        ['ı'] = "I",
    };

    /// <summary>What <c>str.isspace</c> holds for; all of it lies below U+10000.</summary>
    public static bool IsSpace(char character) => CodePoints.IsWhiteSpace(character) || character is >= '\u001C' and <= '\u001F';

    public static string TrimStart(string text)
    {
        int start = 0;
        while (start < text.Length && IsSpace(text[start]))
        {
            start++;
        }

        return text[start..];
    }

    public static string TrimEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    public static string Trim(string text) => TrimStart(TrimEnd(text));

    /// <summary>Takes the characters of a set off the ends; null stands for white space.</summary>
    public static string Trim(string text, string? set, bool start, bool end)
    {
        if (set is null)
        {
            text = start ? TrimStart(text) : text;
            return end ? TrimEnd(text) : text;
        }

        HashSet<int> characters = [];
        for (int i = 0, length; i < set.Length; i += length)
        {
            characters.Add(CodePoints.At(set, i, out length));
        }

        int from = 0, to = text.Length;
        while (start && from < to && characters.Contains(CodePoints.At(text, from, out int length)))
        {
            from += length;
        }

        while (end && to > from && characters.Contains(CodePoints.Before(text, to, out int length)))
        {
            to -= length;
        }

        return text[from..to];
    }

    public static int Length(string text) => CodePoints.Count(text);

    /// <summary>The code points, each as a string.</summary>
    public static List<string> Characters(string text)
    {
        List<string> result = new(text.Length);
        for (int i = 0, length; i < text.Length; i += length)
        {
            CodePoints.At(text, i, out length);
            result.Add(text.Substring(i, length));
        }

        return result;
    }

    /// <summary>An index in UTF-16 units as one in code points.</summary>
    public static int IndexInCodePoints(string text, int index) => index <= 0 ? index : CodePoints.Count(text.AsSpan(0, index));

    public static string Upper(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0, length; i < text.Length; i += length)
        {
            int codePoint = CodePoints.At(text, i, out length);
            if (length == 1 && s_upper.TryGetValue(text[i], out string? several))
            {
                result.Append(several);
            }
            else
            {
                CodePoints.Append(result, CodePoints.ToUpper(codePoint));
            }
        }

        return result.ToString();
    }

    public static string Lower(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0, length; i < text.Length; i += length)
        {
            int codePoint = CodePoints.At(text, i, out length);
            switch (codePoint)
            {
                case 0x130:
                    result.Append("i\u0307");
                    break;
                case 0x3A3:
                    // A sigma that ends a word.
                    bool final = i > 0 && IsCased(CodePoints.Before(text, i, out _)) && !(i + 1 < text.Length && IsCased(CodePoints.At(text, i + 1, out _)));
                    result.Append(final ? 'ς' : 'σ');
                    break;
                default:
                    CodePoints.Append(result, CodePoints.ToLower(codePoint));
                    break;
            }
        }

        return result.ToString();
    }

    /// <summary>The first letter of each row of cased letters in title case, the others in lower case.</summary>
    public static string Title(string text)
    {
        StringBuilder result = new(text.Length);
        bool inside = false;
        foreach (string character in Characters(text))
        {
            result.Append(inside ? Lower(character) : TitleOne(character));
            inside = IsCased(CodePoints.At(character, 0, out _));
        }

        return result.ToString();
    }

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        CodePoints.At(text, 0, out int length);
        return TitleOne(text[..length]) + Lower(text[length..]);
    }

    public static bool IsCased(int codePoint) => CodePoints.ToLower(codePoint) != codePoint || CodePoints.ToUpper(codePoint) != codePoint || codePoint is 0xDF or 0x130;

    private static string TitleOne(string character) => character switch
    {
        "Ǆ" or "ǅ" or "ǆ" => "ǅ",
        "Ǉ" or "ǈ" or "ǉ" => "ǈ",
        "Ǌ" or "ǋ" or "ǌ" => "ǋ",
        "Ǳ" or "ǲ" or "ǳ" => "ǲ",
        _ => Upper(character) is { Length: > 1 } several && character.Length == 1 ? several[0] + Lower(several[1..]) : Upper(character),
    };
}
