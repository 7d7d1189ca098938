using System.Globalization;

namespace Palimpsest.Runs.Reports;

/// <summary>SVG neither wraps nor measures text; this does it by counting columns, two for wide letters.</summary>
internal static class SvgText
{
    /// <summary>Columns that the text takes, about 0.55 of the font's size each.</summary>
    public static int Columns(string text)
    {
        int columns = 0;
        for (TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(text); elements.MoveNext();)
        {
            columns += elements.GetTextElement()[0] is (>= '\u1100' and < '\u1200') or >= '\u2e80' ? 2 : 1;
        }

        return columns;
    }

    /// <summary>Breaks the text at spaces, and inside words that are too long; what does not fit the lines ends with "…".</summary>
    /// <param name="text">The text; line ends count as spaces.</param>
    /// <param name="columns">Columns a line, at least 2.</param>
    /// <param name="lines">The most lines, at least 1.</param>
    public static IReadOnlyList<string> Wrap(string text, int columns, int lines)
    {
        List<string> wrapped = [""];
        foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (wrapped[^1].Length > 0 && Columns(wrapped[^1]) + 1 + Columns(word) <= columns)
            {
                wrapped[^1] += " " + word;
                continue;
            }

            if (wrapped[^1].Length > 0)
            {
                wrapped.Add("");
            }

            for (TextElementEnumerator letters = StringInfo.GetTextElementEnumerator(word); letters.MoveNext() && wrapped.Count <= lines;)
            {
                string letter = letters.GetTextElement();
                if (Columns(wrapped[^1]) + Columns(letter) > columns)
                {
                    wrapped.Add("");
                }

                wrapped[^1] += letter;
            }

            if (wrapped.Count > lines)
            {
                break;
            }
        }

        if (wrapped.Count <= lines)
        {
            return wrapped;
        }

        StringInfo last = new(wrapped[lines - 1]);
        int letterCount = last.LengthInTextElements;
        while (letterCount > 0 && Columns(last.SubstringByTextElements(0, letterCount)) >= columns)
        {
            letterCount--;
        }

        return [.. wrapped.Take(lines - 1), (letterCount == 0 ? "" : last.SubstringByTextElements(0, letterCount).TrimEnd()) + "…"];
    }
}
