using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Templates;

/// <summary>Strings as Python sees them: rows of code points, with Python's white space and case.</summary>
internal static class PythonString
{
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

    public static string Upper(string text) => PythonCharacters.Upper(text);

    public static string Lower(string text) => PythonCharacters.Lower(text);

    /// <summary>The first letter of each row of cased letters in title case, the others in lower case.</summary>
    public static string Title(string text)
    {
        StringBuilder result = new(text.Length);
        bool inside = false;
        for (int i = 0, length; i < text.Length; i += length)
        {
            string lower = PythonCharacters.LowerAt(text, i, out length);
            result.Append(inside ? lower : PythonCharacters.Title(text.Substring(i, length)));
            inside = PythonCharacters.Cased.Contains(CodePoints.At(text, i, out _));
        }

        return result.ToString();
    }

    public static string Capitalize(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0, length; i < text.Length; i += length)
        {
            string lower = PythonCharacters.LowerAt(text, i, out length);
            result.Append(i > 0 ? lower : PythonCharacters.Title(text[..length]));
        }

        return result.ToString();
    }

    public static string SwapCase(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0, length; i < text.Length; i += length)
        {
            string lower = PythonCharacters.LowerAt(text, i, out length), one = text.Substring(i, length);
            int codePoint = CodePoints.At(text, i, out _);
            result.Append(PythonCharacters.Uppercase.Contains(codePoint) ? lower : PythonCharacters.Lowercase.Contains(codePoint) ? Upper(one) : one);
        }

        return result.ToString();
    }

    /// <summary>Whether there are letters with a case and all of them are of one case: <c>isupper</c> and <c>islower</c>.</summary>
    public static bool IsCase(string text, bool upper)
    {
        CodePointSet wanted = upper ? PythonCharacters.Uppercase : PythonCharacters.Lowercase, other = upper
            ? PythonCharacters.Lowercase : PythonCharacters.Uppercase;
        bool any = false;
        foreach (int codePoint in CodePoints.All(text))
        {
            if (other.Contains(codePoint) || PythonCharacters.Titlecase.Contains(codePoint))
            {
                return false;
            }

            any |= wanted.Contains(codePoint);
        }

        return any;
    }

    /// <summary><c>istitle</c>: each row of cased letters begins with the only capital that it has.</summary>
    public static bool IsTitle(string text)
    {
        bool inside = false, any = false;
        foreach (int codePoint in CodePoints.All(text))
        {
            bool capital = PythonCharacters.Uppercase.Contains(codePoint) || PythonCharacters.Titlecase.Contains(codePoint),
                small = PythonCharacters.Lowercase.Contains(codePoint);
            if ((capital && inside) || (small && !inside))
            {
                return false;
            }

            inside = capital || small;
            any |= inside;
        }

        return any;
    }
}
