using System.Globalization;
using Palimpsest.Metrics;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>Whether a text gives an answer away. Words are compared as a reader would: case, accents, punctuation and articles do not matter.</summary>
/// <remarks>An answer counts as told where its words follow one another in the text; of an answer of more than <see cref="LongestWhole"/> words, any so many of
/// its words. A text that says the same in other words is not found: whoever gives a file has to look.</remarks>
public sealed class AnswerCheck
{
    /// <summary>Words of the longest answer that must be told whole.</summary>
    public const int LongestWhole = 8;

    private readonly HashSet<string> _runs = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _lengths = [];

    /// <summary>A check for the answers of questions, in all their wordings, and for their keywords.</summary>
    /// <param name="questions">The questions.</param>
    /// <exception cref="PalimpsestException">An answer has no word, so that it cannot be looked for.</exception>
    public AnswerCheck(IReadOnlyList<AuditQuestion> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        foreach (AuditQuestion question in questions)
        {
            foreach (string answer in new[] { question.Answer, question.Keyword, question.RephrasedAnswer }.OfType<string>())
            {
                List<string> words = Words(answer);
                int length = Math.Min(words.Count, LongestWhole);
                _lengths.Add(length > 0 ? length : throw new PalimpsestException($"The answer \"{answer}\" to \"{question.Question}\" has no letter and no "
                    + "digit, so it cannot be looked for in a text. Leave the question out."));
                _runs.UnionWith(Runs(words, length));
            }
        }
    }

    /// <summary>Whether a text holds one of the answers.</summary>
    public bool Tells(string text)
    {
        List<string> words = Words(text);
        return _lengths.Any(length => Runs(words, length).Any(_runs.Contains));
    }

    private static IEnumerable<string> Runs(List<string> words, int length) =>
        Enumerable.Range(0, Math.Max(0, words.Count - length + 1)).Select(from => string.Join(' ', words.Skip(from).Take(length)));

    // Runs of letters and digits of the decomposed text, without the marks that accents have become.
    private static List<string> Words(string text) => [.. AnswerMatch.ContainmentTokens(text).Where(token => char.IsLetterOrDigit(token, 0))
        .Select(token => string.Concat(token.Where(c => CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark))))
        .Where(token => token is not ("a" or "an" or "the"))];
}
