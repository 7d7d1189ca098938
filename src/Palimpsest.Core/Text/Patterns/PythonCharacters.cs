using System.Text;

namespace Palimpsest.Text.Patterns;

/// <summary>Characters and case as the methods of Python's strings know them, by Unicode 14.0, the version of Python 3.11, with which the reference values were
/// made.</summary>
internal static class PythonCharacters
{
    private static readonly CodePointTable s_table = new("unicode-python.txt");
    private static readonly CodePointSet s_ignorable = s_table.Set("ignorable");
    private static readonly IReadOnlyDictionary<int, string> s_lower = s_table.Map("lower"), s_upper = s_table.Map("upper"), s_title = s_table.Map("title"),
        s_fold = s_table.Map("fold");

    /// <summary><c>isalpha</c>.</summary>
    public static CodePointSet Alpha { get; } = s_table.Set("alpha");

    /// <summary><c>isdecimal</c>: digits that write numbers, in rows of ten.</summary>
    public static CodePointSet Decimals { get; } = s_table.Set("decimal");

    /// <summary><c>isdigit</c>: those, and single digits such as superscripts.</summary>
    public static CodePointSet Digits { get; } = s_table.Set("digit");

    /// <summary><c>isnumeric</c>: those, fractions, and ideographs for numbers.</summary>
    public static CodePointSet Numeric { get; } = s_table.Set("numeric");

    /// <summary><c>isprintable</c>: what <c>repr</c> does not escape.</summary>
    public static CodePointSet Printable { get; } = s_table.Set("printable");

    /// <summary><c>isupper</c> of one character.</summary>
    public static CodePointSet Uppercase { get; } = s_table.Set("upper");

    /// <summary><c>islower</c> of one character.</summary>
    public static CodePointSet Lowercase { get; } = s_table.Set("lower");

    /// <summary>Category Lt.</summary>
    public static CodePointSet Titlecase { get; } = s_table.Set("title");

    /// <summary>Letters that have a case, or are one of a pair.</summary>
    public static CodePointSet Cased { get; } = s_table.Set("cased");

    /// <summary><c>isalnum</c>.</summary>
    public static bool IsAlphanumeric(int codePoint) => Alpha.Contains(codePoint) || Numeric.Contains(codePoint) || Digits.Contains(codePoint);

    /// <summary>The value of a decimal digit, 0 to 9. Rows of ten may follow each other, but each row of rows begins with a zero.</summary>
    public static int DecimalValue(int codePoint)
    {
        int before = 0;
        while (Decimals.Contains(codePoint - before - 1))
        {
            before++;
        }

        return before % 10;
    }

    /// <summary><c>lower</c>: U+0130 becomes two code points, and a capital sigma at the end of a word its final form.</summary>
    public static string Lower(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        StringBuilder result = new(text.Length);
        for (int i = 0, length; i < text.Length; i += length)
        {
            result.Append(LowerAt(text, i, out length));
        }

        return result.ToString();
    }

    /// <summary>The lower case of the character at a place of a text, which a sigma needs to know.</summary>
    public static string LowerAt(string text, int index, out int length)
    {
        int codePoint = CodePoints.At(text, index, out length);
        return codePoint == 'Σ'
            ? CasedBefore(text, index) && !CasedAfter(text, index + 1) ? "ς" : "σ"
            : s_lower.TryGetValue(codePoint, out string? lower) ? lower : text.Substring(index, length);
    }

    /// <summary><c>upper</c>.</summary>
    public static string Upper(string text) => CodePointTable.Apply(s_upper, text);

    /// <summary><c>casefold</c>.</summary>
    public static string Fold(string text) => CodePointTable.Apply(s_fold, text);

    /// <summary>The title case of one character.</summary>
    public static string Title(string character) => s_title.TryGetValue(CodePoints.At(character, 0, out _), out string? title) ? title : Upper(character);

    private static bool CasedBefore(string text, int end)
    {
        while (end > 0)
        {
            int codePoint = CodePoints.Before(text, end, out int length);
            if (!s_ignorable.Contains(codePoint))
            {
                return Cased.Contains(codePoint);
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
            if (!s_ignorable.Contains(codePoint))
            {
                return Cased.Contains(codePoint);
            }

            start += length;
        }

        return false;
    }
}
