using System.Globalization;
using Palimpsest.Data.Files;

namespace Palimpsest.Data.Retrieval;

/// <summary>Relevance judgements in the two forms in use.</summary>
internal static class Judgements
{
    private static readonly char[] s_blanks = [' ', '\t'];

    /// <summary>Reads <c>query 0 document grade</c> (TREC) or, below a header, <c>query document grade</c> (BEIR).</summary>
    /// <exception cref="PalimpsestException">A line is not of this form.</exception>
    public static Dictionary<string, IReadOnlyDictionary<string, int>> Read(string path)
    {
        DataFile.Existing(path);
        Dictionary<string, Dictionary<string, int>> judgements = new(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string[] parts = line.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0 || (number == 1 && parts[0] == "query-id"))
            {
                continue;
            }

            if (parts.Length is not (3 or 4) || !int.TryParse(parts[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int grade))
            {
                throw new PalimpsestException($"{path} line {number}: a judgement is \"query 0 document grade\" or \"query document grade\" with a whole number at the end.");
            }

            if (!judgements.TryGetValue(parts[0], out Dictionary<string, int>? own))
            {
                judgements.Add(parts[0], own = new Dictionary<string, int>(StringComparer.Ordinal));
            }

            own[parts[^2]] = grade;
        }

        return judgements.ToDictionary(pair => pair.Key, IReadOnlyDictionary<string, int> (pair) => pair.Value, StringComparer.Ordinal);
    }
}
