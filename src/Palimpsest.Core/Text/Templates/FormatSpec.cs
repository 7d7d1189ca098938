using System.Globalization;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Templates;

/// <summary>How one field of a format is filled: <c>[[fill]align][sign][#][0][width][grouping][.precision][type]</c>.</summary>
internal readonly record struct FormatSpec()
{
    public const int MaximumWidth = 10_000;
    public const int MaximumPrecision = 100;

    public string Fill { get; init; } = " ";

    /// <summary>One of <c>&lt; &gt; ^ =</c>, or nothing for what is usual for the value.</summary>
    public char Align { get; init; }

    public char Sign { get; init; }

    public bool Alternate { get; init; }

    public int Width { get; init; }

    public int? Precision { get; init; }

    /// <summary><c>,</c> or <c>_</c>.</summary>
    public char Grouping { get; init; }

    public char Type { get; init; }

    /// <summary>Reads what stands after the colon.</summary>
    /// <param name="text">The text.</param>
    /// <param name="usual">The alignment of the value's kind: a zero before the width goes between sign and digits of numbers only.</param>
    /// <exception cref="TemplateException">It is no such form.</exception>
    public static FormatSpec Read(string text, char usual)
    {
        FormatSpec spec = new();
        int i = 0;
        bool filled = false;
        if (text.Length > 0 && CodePoints.At(text, 0, out int first) >= 0 && text.Length > first && IsAlign(text[first]))
        {
            (spec, i, filled) = (spec with { Fill = text[..first], Align = text[first] }, first + 1, true);
        }
        else if (text.Length > 0 && IsAlign(text[0]))
        {
            (spec, i) = (spec with { Align = text[0] }, 1);
        }

        if (i < text.Length && text[i] is '+' or '-' or ' ')
        {
            spec = spec with { Sign = text[i++] };
        }

        if (i < text.Length && text[i] == '#')
        {
            (spec, i) = (spec with { Alternate = true }, i + 1);
        }

        if (!filled && i < text.Length && text[i] == '0')
        {
            (spec, i) = (spec with { Fill = "0", Align = spec.Align == '\0' && usual == '>' ? '=' : spec.Align }, i + 1);
        }

        spec = spec with { Width = ReadNumber(text, ref i, MaximumWidth) ?? 0 };
        if (i < text.Length && text[i] is ',' or '_')
        {
            spec = spec with { Grouping = text[i++] };
        }

        if (i < text.Length && text[i] == '.')
        {
            i++;
            spec = spec with { Precision = ReadNumber(text, ref i, MaximumPrecision) ?? throw new TemplateException("Format specifier missing precision") };
        }

        if (i < text.Length)
        {
            spec = spec with { Type = text[i++] };
        }

        return i == text.Length ? spec : throw new TemplateException($"the format \"{text}\" is not supported");
    }

    /// <summary>Digits at a place of a text, or null.</summary>
    /// <exception cref="TemplateException">The number is too large.</exception>
    public static int? ReadNumber(string text, ref int i, int maximum)
    {
        int start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        if (start == i)
        {
            return null;
        }

        return int.TryParse(text.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= maximum
            ? value
            : throw new TemplateException($"a width or precision of a format is more than {maximum}");
    }

    /// <summary>Puts a text of which a part may be grouped to the width.</summary>
    /// <param name="lead">Sign and prefix, which zeros come after.</param>
    /// <param name="whole">The digits that are grouped.</param>
    /// <param name="rest">What follows them.</param>
    /// <param name="usual">The alignment where none is asked for.</param>
    public string Pad(string lead, string whole, string rest, char usual)
    {
        char align = Align == '\0' ? usual : Align;
        if (Grouping != '\0')
        {
            string grouped = Group(whole);
            while (Fill == "0" && align == '=' && lead.Length + grouped.Length + rest.Length < Width)
            {
                whole = "0" + whole;
                grouped = Group(whole);
            }

            whole = grouped;
        }

        string text = whole + rest;
        int missing = Math.Max(0, Width - lead.Length - PythonString.Length(text));
        int left = align switch { '<' => 0, '^' => missing / 2, _ => missing };
        string before = string.Concat(Enumerable.Repeat(Fill, left)), after = string.Concat(Enumerable.Repeat(Fill, missing - left));
        return align == '=' ? lead + before + text : before + lead + text + after;
    }

    private static bool IsAlign(char character) => character is '<' or '>' or '^' or '=';

    private string Group(string digits)
    {
        int size = Type is 'b' or 'o' or 'x' or 'X' ? 4 : 3;
        for (int i = digits.Length - size; i > 0; i -= size)
        {
            digits = digits.Insert(i, Grouping.ToString());
        }

        return digits;
    }
}
