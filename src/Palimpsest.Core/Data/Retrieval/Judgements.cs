using System.Globalization;
using Palimpsest.Common;
using Palimpsest.Data.Files;

namespace Palimpsest.Data.Retrieval;

/// <summary>Relevance judgements in the two forms in use.</summary>
internal static class Judgements
{
    /// <summary>Reads <c>query 0 document grade</c> (TREC) or <c>query document grade</c> (BEIR), below a header or without.</summary>
    /// <remarks>A line with tabs is cut at them, so that identifiers may hold blanks. A first line whose last field is no number is a header, unless its first
    /// field is one of the queries.</remarks>
    /// <exception cref="PalimpsestException">A line is not of this form, or two contradict each other.</exception>
    public static Dictionary<string, IReadOnlyDictionary<string, int>> Read(string path)
    {
        Dictionary<string, Dictionary<string, int>> judgements = new(StringComparer.Ordinal);
        string? header = null;
        int lines = 0;
        foreach ((int number, string line) in TextLines.Of(path))
        {
            string[] parts = line.Contains('\t', StringComparison.Ordinal)
                ? line.Split('\t', StringSplitOptions.TrimEntries) : line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (lines++ == 0 && parts.Length is 3 or 4 && !double.TryParse(parts[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            {
                header = parts[0];
                continue;
            }

            if (parts.Length is not (3 or 4) || parts.Contains("") || !TryGrade(parts[^1], out int grade) || parts[0] == header)
            {
                throw Bad(parts[0] == header ? 1 : number);
            }

            if (!judgements.TryGetValue(parts[0], out Dictionary<string, int>? own))
            {
                judgements.Add(parts[0], own = new Dictionary<string, int>(StringComparer.Ordinal));
            }

            if (!own.TryAdd(parts[^2], grade) && own[parts[^2]] != grade)
            {
                throw new PalimpsestException($"{path} line {number}: judges \"{parts[^2]}\" for the query \"{parts[0]}\" once more, with another grade. Keep one of the two.");
            }
        }

        return judgements.Count > 0 || header is null
            ? judgements.ToDictionary(pair => pair.Key, IReadOnlyDictionary<string, int> (pair) => pair.Value, StringComparer.Ordinal) : throw Bad(1);

        PalimpsestException Bad(int at) =>
            new($"{path} line {at}: a judgement is \"query 0 document grade\" or \"query document grade\" with a whole number at the end.");
    }

    // Some writers give whole grades as 1.0.
    private static bool TryGrade(string text, out int grade)
    {
        bool whole = NumberText.TryWhole(text, out long value) && value is > -1_000_000_000 and < 1_000_000_000;
        grade = whole ? (int)value : 0;
        return whole;
    }
}
