using System.Text.RegularExpressions;

namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>Finds whom texts are about, where nobody says.</summary>
internal static partial class CommonName
{
    /// <summary>The run of two or more words with capitals that is in most of the texts, of equally frequent ones the longest and then the first; null if
    /// none is in half of them.</summary>
    public static string? Of(IReadOnlyList<string> texts) => texts.SelectMany(text => Runs(text).Distinct(StringComparer.Ordinal))
        .GroupBy(name => name, StringComparer.Ordinal).Where(group => 2 * group.Count() >= texts.Count)
        .OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key.Length).FirstOrDefault()?.Key;

    private static IEnumerable<string> Runs(string text)
    {
        foreach (Match match in Capitals().Matches(text))
        {
            string[] words = match.Value.Split(' ');
            for (int from = 0; from < words.Length - 1; from++)
            {
                for (int to = from + 2; to <= words.Length; to++)
                {
                    yield return string.Join(' ', words[from..to]);
                }
            }
        }
    }

    // A possessive's ending is no part of a name, and no name goes on behind a full stop or a comma.
    [GeneratedRegex(@"\p{Lu}[\p{L}\-]*(?: \p{Lu}[\p{L}\-]*)+")]
    private static partial Regex Capitals();
}
