using System.Runtime.InteropServices;
using Palimpsest.Numerics;

namespace Palimpsest.Text;

/// <summary>A text classifier that knows which words occur and nothing else: logistic regression over the words of a text, lower-cased. A baseline that a language model has to be measured against.</summary>
/// <remarks>Words are those of any script (<see cref="WordTokens"/>), with their inner apostrophes; those of fewer than two training texts are left out. The
/// penalty is chosen on a tenth of the training texts and the classifier is then trained on all.</remarks>
public sealed class BagOfWords
{
    private static readonly double[] s_penalties = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3];
    private readonly Dictionary<string, int> _words;
    private readonly SparseLogisticRegression _classifier;

    private BagOfWords(Dictionary<string, int> words, SparseLogisticRegression classifier, double penalty) => (_words, _classifier, Penalty) = (words, classifier, penalty);

    /// <summary>The L2 penalty that was chosen.</summary>
    public double Penalty { get; }

    /// <summary>Trains a classifier.</summary>
    /// <param name="texts">Texts with their classes, 0 to <paramref name="classes"/> - 1; at least 20.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="random">Splits and orders the texts.</param>
    public static BagOfWords Train(IReadOnlyList<(string Text, int Class)> texts, int classes, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(texts.Count, 20);
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach ((string text, _) in texts)
        {
            foreach (string word in WordTokens.Of(text, apostrophes: true).Distinct(StringComparer.Ordinal))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
            }
        }

        string[] kept = [.. counts.Where(count => count.Value > 1).Select(count => count.Key).Order(StringComparer.Ordinal)];
        Dictionary<string, int> words = kept.Select((word, i) => (word, i)).ToDictionary(item => item.word, item => item.i, StringComparer.Ordinal);
        (int[] Features, int Class)[] examples = [.. texts.Select(item => (Features(words, item.Text), item.Class))];
        random.Child("split").Shuffle(examples.AsSpan());
        (int[] Features, int Class)[] held = examples[..(examples.Length / 10)], rest = examples[(examples.Length / 10)..];
        double penalty = s_penalties.MaxBy(candidate =>
        {
            SparseLogisticRegression trial = SparseLogisticRegression.Train(rest, kept.Length, classes, candidate, random.Child("trial"));
            return held.Count(example => trial.Predict(example.Features) == example.Class);
        });
        return new BagOfWords(words, SparseLogisticRegression.Train(examples, kept.Length, classes, penalty, random.Child("final")), penalty);
    }

    /// <summary>The class of a text.</summary>
    public int Predict(string text) => _classifier.Predict(Features(_words, text));

    private static int[] Features(Dictionary<string, int> words, string text) =>
        [.. WordTokens.Of(text, apostrophes: true).Where(words.ContainsKey).Select(word => words[word]).Distinct().Order()];
}
