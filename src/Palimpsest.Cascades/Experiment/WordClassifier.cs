using System.IO.Hashing;
using System.Text;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Numerics;
using Palimpsest.Text;

namespace Palimpsest.Cascades.Experiment;

/// <summary>A small text classifier: logistic regression over hashed features of one view of a text.</summary>
internal sealed class WordClassifier
{
    private readonly SparseLogisticRegression _classifier;
    private readonly WordView _view;
    private readonly int _buckets;

    private WordClassifier(SparseLogisticRegression classifier, WordView view, int buckets) => (_classifier, _view, _buckets) = (classifier, view, buckets);

    public static WordClassifier Train(IReadOnlyList<(string Text, int Class)> texts, int classes, WordView view, int buckets, RandomStream random) => new(
        SparseLogisticRegression.Train([.. texts.Select(item => (Features(item.Text, view, buckets), item.Class))], buckets, classes, penalty: 1e-4, random),
            view, buckets);

    /// <summary>What sets the classifier apart: a hash of its weights.</summary>
    public string Identity => _classifier.Hash();

    /// <summary>Classifies a text, with some of its features left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="labels">Names of the classes.</param>
    /// <param name="dropped">Share of the features that is left out.</param>
    /// <param name="random">Draws them; null for none.</param>
    public MemberReply Ask(string text, IReadOnlyList<string> labels, double dropped = 0, RandomStream? random = null)
    {
        int[] features = Features(text, _view, _buckets);
        int[] left = random is null ? features : [.. features.Where(_ => random.NextDouble() >= dropped)];
        return MemberReply.Of(new LabelProbabilities(labels, _classifier.Probabilities(left)),
            new CallUsage { Operations = (double)left.Length * labels.Count });
    }

    private static int[] Features(string text, WordView view, int buckets)
    {
        List<string> words = WordTokens.Of(text, apostrophes: true);
        string joined = $" {string.Join(' ', words)} ";
        IEnumerable<string> features = view switch
        {
            WordView.Letters => Enumerable.Range(0, Math.Max(0, joined.Length - 3)).Select(i => joined.Substring(i, 4)),
            WordView.Pairs => words.Zip(words.Skip(1), (first, second) => $"{first} {second}").Concat(words),
            _ => words,
        };
        return [.. features.Select(feature => (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(feature)) % (ulong)buckets)).Distinct().Order()];
    }
}
