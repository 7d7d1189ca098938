using System.Numerics.Tensors;
using Palimpsest.Metrics;

namespace Palimpsest.Cascades.Agreement;

/// <summary>What a tier makes of its members' replies: an answer, and how much it is agreed on.</summary>
/// <remarks>Kolawole et al., Agreement-Based Cascading, TMLR 2025 (arXiv 2407.02348), for vote, score and overlap; Soiffer et al., EMNLP Industry 2025
/// (arXiv 2509.21837), for the semantic form.</remarks>
/// <param name="Answer">The answer; empty if all members abstained.</param>
/// <param name="Member">The first member that gave it; -1 if all abstained.</param>
/// <param name="Value">The agreement: in [0, 1], but for scores of another range.</param>
public readonly record struct TierAgreement(string Answer, int Member, double Value)
{
    /// <summary>Whether the tier keeps its answer: the agreement reaches the threshold, and there is an answer.</summary>
    /// <param name="threshold">The threshold of the tier.</param>
    public bool IsAccepted(double threshold) => Answer.Length > 0 && Value >= threshold - Vote.Slack;

    // v = count(ŷ) / k        s = 1/k Σ_j score_j(x, ŷ)
    /// <summary>Compares replies. Abstentions agree with nobody; of equally frequent answers the one that was given first wins.</summary>
    /// <param name="rule">What has to agree.</param>
    /// <param name="replies">One a member, in the order of the members.</param>
    /// <param name="vectors">For <see cref="AgreementRule.Semantic"/>, one sentence vector a reply.</param>
    /// <exception cref="PalimpsestException">There are no replies, or scores are missing where they count.</exception>
    public static TierAgreement Of(AgreementRule rule, IReadOnlyList<MemberReply> replies, IReadOnlyList<float[]>? vectors = null)
    {
        ArgumentNullException.ThrowIfNull(replies);
        string[] answers = [.. replies.Select(reply => reply.Answer)];
        return rule switch
        {
            AgreementRule.Vote => Vote.Of(answers) is var vote ? At(answers, vote.Answer, vote.Fraction) : default,
            AgreementRule.Score => Vote.Of(answers) is var vote ? At(answers, vote.Answer, MeanScore(replies, vote.Answer)) : default,
            AgreementRule.TokenOverlap => Overlap(answers),
            AgreementRule.Semantic => Semantic(answers, vectors
                ?? throw new PalimpsestException("Semantic agreement needs a sentence vector for every answer. Give the tier an encoder, or take another "
                    + "rule.")),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "There is no such rule."),
        };
    }

    private static TierAgreement At(string[] answers, string answer, double value) =>
        new(answer, answer.Length == 0 ? -1 : Array.IndexOf(answers, answer), answer.Length == 0 ? 0 : value);

    private static double MeanScore(IReadOnlyList<MemberReply> replies, string answer)
    {
        double sum = 0;
        for (int i = 0; i < replies.Count; i++)
        {
            sum += replies[i].ScoreOf(answer) ?? throw new PalimpsestException(
                $"Member {i + 1} of a tier says nothing of how sure it is, and the rule is score. Take the rule vote, or a model that gives probabilities.");
        }

        return sum / replies.Count;
    }

    private static TierAgreement Overlap(string[] answers)
    {
        string[] given = [.. answers.Where(answer => answer.Length > 0)];
        return given.Length == 0 ? At(answers, "", 0) : At(answers, Vote.Representative(given),
            Vote.Agreement(given) * ShareOfPairs(given.Length, answers.Length));
    }

    // The answer nearest to all others, and the mean cosine over all pairs.
    private static TierAgreement Semantic(string[] answers, IReadOnlyList<float[]> vectors)
    {
        int[] given = [.. Enumerable.Range(0, answers.Length).Where(i => answers[i].Length > 0)];
        if (given.Length == 0)
        {
            return At(answers, "", 0);
        }

        double[] near = [.. given.Select(i => given.Where(j => j != i).Sum(j => Cosine(vectors[i], vectors[j])))];
        int nearest = given[Array.IndexOf(near, near.Max())];
        double mean = given.Length == 1 ? 1 : near.Sum() / (given.Length * (given.Length - 1.0));
        return At(answers, answers[nearest], mean * ShareOfPairs(given.Length, answers.Length));
    }

    // Opposite sentences disagree; they do not make up for others.
    private static double Cosine(float[] a, float[] b) => Math.Clamp(TensorPrimitives.CosineSimilarity(a, b), 0f, 1f);

    // A pair with an abstention in it has no overlap.
    private static double ShareOfPairs(int given, int all) => all == 1 ? 1 : given * (given - 1.0) / (all * (all - 1.0));
}
