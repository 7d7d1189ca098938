using System.Text;

namespace Palimpsest.Metrics;

/// <summary>ROUGE-N, ROUGE-L and ROUGE-Lsum of a prediction against one target.</summary>
/// <remarks>
/// Lin, ROUGE: A Package for Automatic Evaluation of Summaries, 2004, sections 2 and 3; tokens and edge cases are those of the <c>rouge-score</c> package: lower case, runs of anything but a to z and 0 to 9
/// separate (accented letters and other scripts disappear), and with stemming every token of more than three characters is stemmed. A side without tokens scores 0, also against another such side.
/// </remarks>
public static class Rouge
{
    /// <summary>The largest product of token counts that the longest common subsequence is computed for.</summary>
    public const long MaximumCells = 1L << 26;

    /// <summary>The tokens that ROUGE compares.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="stem">Whether tokens of more than three characters are stemmed (<see cref="PorterStemmer"/>).</param>
    public static IReadOnlyList<string> Tokenize(string text, bool stem)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> tokens = [];
        StringBuilder token = new();
        foreach (char c in PythonText.Lower(text) + " ")
        {
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            {
                token.Append(c);
            }
            else if (token.Length > 0)
            {
                string word = token.ToString();
                tokens.Add(stem && word.Length > 3 ? PorterStemmer.Stem(word) : word);
                token.Clear();
            }
        }

        return tokens;
    }

    /// <summary>ROUGE-N: overlap of n-grams, each counted at most as often as the other side has it.</summary>
    /// <param name="target">The text that is wanted.</param>
    /// <param name="prediction">The text to judge.</param>
    /// <param name="n">Length of the n-grams, at least 1.</param>
    /// <param name="stem">Whether to stem.</param>
    public static RougeScore N(string target, string prediction, int n, bool stem = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        IReadOnlyList<string> wanted = Tokenize(target, stem), predicted = Tokenize(prediction, stem);
        int shared = NGrams.Shared(NGrams.Count(wanted, n), NGrams.Count(predicted, n));
        return RougeScore.Of(shared, Math.Max(predicted.Count - n + 1, 0), Math.Max(wanted.Count - n + 1, 0));
    }

    /// <summary>ROUGE-L: longest common subsequence of the whole texts; line breaks do not matter.</summary>
    /// <param name="target">The text that is wanted.</param>
    /// <param name="prediction">The text to judge.</param>
    /// <param name="stem">Whether to stem.</param>
    /// <exception cref="PalimpsestException">The product of the token counts exceeds <see cref="MaximumCells"/>.</exception>
    public static RougeScore L(string target, string prediction, bool stem = true)
    {
        IReadOnlyList<string> wanted = Tokenize(target, stem), predicted = Tokenize(prediction, stem);
        Check(wanted.Count, predicted.Count);
        int[] lengths = new int[predicted.Count + 1];
        foreach (string token in wanted)
        {
            int diagonal = 0;
            for (int j = 0; j < predicted.Count; j++)
            {
                int above = lengths[j + 1];
                lengths[j + 1] = token == predicted[j] ? diagonal + 1 : Math.Max(above, lengths[j]);
                diagonal = above;
            }
        }

        return RougeScore.Of(lengths[^1], predicted.Count, wanted.Count);
    }

    /// <summary>ROUGE-Lsum: for each line of the target the union of its longest common subsequences with all lines of the prediction, every token counted at most as often as both sides have it.</summary>
    /// <param name="target">The text that is wanted; lines are separated by line feeds.</param>
    /// <param name="prediction">The text to judge, likewise.</param>
    /// <param name="stem">Whether to stem.</param>
    /// <exception cref="PalimpsestException">The product of the token counts exceeds <see cref="MaximumCells"/>.</exception>
    public static RougeScore Lsum(string target, string prediction, bool stem = true)
    {
        List<IReadOnlyList<string>> wanted = Lines(target, stem), predicted = Lines(prediction, stem);
        int wantedCount = wanted.Sum(line => line.Count), predictedCount = predicted.Sum(line => line.Count);
        Check(wantedCount, predictedCount);
        Dictionary<string, int> leftWanted = NGrams.Count([.. wanted.SelectMany(line => line)], 1), leftPredicted = NGrams.Count([.. predicted.SelectMany(line => line)], 1);
        int shared = 0;
        foreach (IReadOnlyList<string> line in wanted)
        {
            bool[] union = new bool[line.Count];
            foreach (IReadOnlyList<string> other in predicted)
            {
                MarkCommon(line, other, union);
            }

            for (int i = 0; i < line.Count; i++)
            {
                string token = line[i];
                if (union[i] && leftPredicted.GetValueOrDefault(token) > 0 && leftWanted[token] > 0)
                {
                    shared++;
                    leftPredicted[token]--;
                    leftWanted[token]--;
                }
            }
        }

        return RougeScore.Of(shared, predictedCount, wantedCount);
    }

    // Marks the places of one longest common subsequence. Which one matters for the union: walking back, a place of the target is given up unless the prediction's side is strictly better.
    private static void MarkCommon(IReadOnlyList<string> line, IReadOnlyList<string> other, bool[] union)
    {
        int[,] lengths = new int[line.Count + 1, other.Count + 1];
        for (int i = 1; i <= line.Count; i++)
        {
            for (int j = 1; j <= other.Count; j++)
            {
                lengths[i, j] = line[i - 1] == other[j - 1] ? lengths[i - 1, j - 1] + 1 : Math.Max(lengths[i - 1, j], lengths[i, j - 1]);
            }
        }

        for (int i = line.Count, j = other.Count; i > 0 && j > 0;)
        {
            if (line[i - 1] == other[j - 1])
            {
                union[--i] = true;
                j--;
            }
            else if (lengths[i, j - 1] > lengths[i - 1, j])
            {
                j--;
            }
            else
            {
                i--;
            }
        }
    }

    private static List<IReadOnlyList<string>> Lines(string text, bool stem)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split('\n').Where(line => line.Length > 0).Select(line => Tokenize(line, stem))];
    }

    private static void Check(int wanted, int predicted)
    {
        if ((long)wanted * predicted > MaximumCells)
        {
            throw new PalimpsestException($"ROUGE-L of {wanted} against {predicted} tokens needs more than {MaximumCells} comparisons. Shorten the texts, or use ROUGE-N.");
        }
    }
}
