namespace Palimpsest.Runs.Reports;

/// <summary>Tells figures from words, for the alignment of columns.</summary>
internal static class HtmlFigures
{
    private static readonly HashSet<string> Placeholders = new(StringComparer.OrdinalIgnoreCase) { "", "-", "–", "—", "n/a", "nan", "none" };

    /// <summary>Whether every cell is a figure or stands for a missing one, and at least one is a figure.</summary>
    public static bool AreFigures(IEnumerable<string> cells)
    {
        string[] all = [.. cells.Select(cell => cell.Trim()).Where(cell => !Placeholders.Contains(cell))];
        return all.Length > 0 && Array.TrueForAll(all, IsFigure);
    }

    /// <summary>Whether the text starts with a number and holds at most one word, its unit: <c>0.87 [0.84, 0.90]</c>, <c>-1.5e-3</c>, <c>31.2% → 87.5%</c>, <c>14 tokens/s</c>.</summary>
    public static bool IsFigure(string text)
    {
        string start = text.TrimStart('+', '-', '\u2212', '±', '~', '≈', '<', '>', '≤', '≥', '=', '[', '(', '$', '€', '.', ' ');
        if (start.Length == 0 || !(char.IsAsciiDigit(start[0]) || start[0] == '∞'))
        {
            return false;
        }

        int words = 0;
        for (int i = 1; i < start.Length; i++)
        {
            bool exponent = start[i] is 'e' or 'E' && char.IsAsciiDigit(start[i - 1]);
            words += char.IsLetter(start[i]) && !char.IsLetter(start[i - 1]) && start[i - 1] != '/' && !exponent ? 1 : 0;
        }

        return words <= 1 && start.Length <= 40;
    }
}
