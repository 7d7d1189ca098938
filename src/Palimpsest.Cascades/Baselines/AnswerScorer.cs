using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Baselines;

/// <summary>Says how likely an answer is right from its question and its text: FrugalGPT's scorer, with logistic regression over hashed words in the place
/// of its DistilBERT.</summary>
/// <remarks>Chen et al., FrugalGPT, TMLR 2024 (arXiv 2305.05176), section 3.</remarks>
internal sealed class AnswerScorer
{
    private readonly SparseLogisticRegression _classifier;

    private AnswerScorer(SparseLogisticRegression classifier) => _classifier = classifier;

    public static AnswerScorer Train(IReadOnlyList<(string Question, string Answer, bool Right)> seen, RandomStream random) =>
        new(SparseLogisticRegression.Train(
        [.. seen.Select(item => (TextBuckets.Of(item.Question, item.Answer), item.Right ? 1 : 0))], TextBuckets.Count, 2, penalty: 1e-3, random));

    public double Score(string question, string answer) => _classifier.Probabilities(TextBuckets.Of(question, answer))[1];
}
