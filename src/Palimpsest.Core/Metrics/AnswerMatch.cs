using System.Globalization;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Metrics;

/// <summary>Exact match, token F1 and containment of answers. The best of several accepted answers counts; without any the score is 0.</summary>
/// <remarks>Rajpurkar et al., SQuAD, 2016, section 6.1 (and 2.0, 2018); Lee et al., ORQA (NQ-open), 2019; Karpukhin et al., DPR, 2020, for containment.</remarks>
public static class AnswerMatch
{
    /// <summary>1 if the prediction equals an answer after <see cref="AnswerNormalizer"/>, else 0. Two empty texts are equal.</summary>
    /// <param name="prediction">The answer given.</param>
    /// <param name="answers">The answers accepted.</param>
    /// <param name="decompose">Whether both are decomposed first (NFD), as for NQ-open.</param>
    public static double ExactMatch(string prediction, IEnumerable<string> answers, bool decompose = false)
    {
        ArgumentNullException.ThrowIfNull(answers);
        string normalized = AnswerNormalizer.Normalize(prediction, decompose);
        return answers.Any(answer => AnswerNormalizer.Normalize(answer, decompose) == normalized) ? 1 : 0;
    }

    /// <summary>Harmonic mean of precision and recall over normalised tokens, each counted at most as often as the other side has it.</summary>
    /// <param name="prediction">The answer given.</param>
    /// <param name="answers">The answers accepted.</param>
    /// <param name="emptyMatches">What SQuAD 2.0 does: if either side has no tokens, 1 if both have none. Otherwise (1.1) that is 0.</param>
    /// <returns>In [0, 1].</returns>
    public static double F1(string prediction, IEnumerable<string> answers, bool emptyMatches = false)
    {
        ArgumentNullException.ThrowIfNull(answers);
        List<string> predicted = PythonText.Split(AnswerNormalizer.Normalize(prediction));
        double best = 0;
        foreach (string answer in answers)
        {
            List<string> wanted = PythonText.Split(AnswerNormalizer.Normalize(answer));
            best = Math.Max(best, predicted.Count == 0 || wanted.Count == 0
                ? emptyMatches && predicted.Count == wanted.Count ? 1 : 0
                : RougeScore.Of(NGrams.Shared(NGrams.Count(predicted, 1), NGrams.Count(wanted, 1)), predicted.Count, wanted.Count).F);
        }

        return best;
    }

    /// <summary>Whether the tokens of an answer occur one after another in the text. An empty answer is contained in everything.</summary>
    /// <param name="text">The text to search.</param>
    /// <param name="answers">The answers accepted.</param>
    public static bool Contains(string text, IEnumerable<string> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        string[] tokens = [.. ContainmentTokens(text)];
        foreach (string answer in answers)
        {
            string[] wanted = [.. ContainmentTokens(answer)];
            for (int i = 0; i + wanted.Length <= tokens.Length; i++)
            {
                if (tokens.AsSpan(i, wanted.Length).SequenceEqual(wanted))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The tokens that <see cref="Contains"/> compares: of the decomposed text, runs of letters, numbers and marks, or any other visible character alone, in lower case.</summary>
    /// <param name="text">Any text.</param>
    public static IReadOnlyList<string> ContainmentTokens(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = PythonText.Decompose(text);
        List<string> tokens = [];
        for (int i = 0; i < text.Length;)
        {
            int start = i, length;
            while (i < text.Length && CodePoints.Category(CodePoints.At(text, i, out length)) <= UnicodeCategory.OtherNumber)
            {
                i += length;
            }

            if (i == start)
            {
                // Separators, controls, surrogates and unassigned characters lie between the marks and the punctuation in .NET's order of categories.
                UnicodeCategory category = CodePoints.Category(CodePoints.At(text, i, out length));
                i += length;
                if (category is >= UnicodeCategory.SpaceSeparator and <= UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                {
                    continue;
                }
            }

            tokens.Add(PythonText.Lower(text[start..i]));
        }

        return tokens;
    }
}
