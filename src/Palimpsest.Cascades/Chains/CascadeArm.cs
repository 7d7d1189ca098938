using Palimpsest.Metrics;

namespace Palimpsest.Cascades.Chains;

/// <summary>A policy that decides which tier answers a question: agreement and everything it is compared with, in one form, so that all are tuned and judged
/// alike.</summary>
public sealed record CascadeArm
{
    /// <summary>The most thresholds of a tier that are tried; of more distinct scores quantiles are taken.</summary>
    private const int MostCandidates = 200;

    /// <summary>Name in figures and reports.</summary>
    public required string Name { get; init; }

    /// <summary>The tiers, the last of which always answers.</summary>
    public required IReadOnlyList<ChainTier> Tiers { get; init; }

    /// <summary>Whether the tier is chosen before anyone is asked, so that tiers that are passed over cost nothing.</summary>
    /// <value>The default is false.</value>
    public bool Routes { get; init; }

    /// <summary>Whether the thresholds are 1 and not to be tuned.</summary>
    /// <value>The default is false.</value>
    public bool IsFixed { get; init; }

    /// <summary>What a reader has to know of the arm.</summary>
    /// <value>The default is nothing.</value>
    public string Note { get; init; } = "";

    /// <summary>Lets the policy answer questions.</summary>
    /// <param name="thresholds">One a tier but the last; null for a tier that never keeps a question.</param>
    /// <param name="items">The questions.</param>
    public ArmOutcome Run(IReadOnlyList<double?> thresholds, IReadOnlyList<int> items)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        ArgumentNullException.ThrowIfNull(items);
        int[] tiers = new int[items.Count];
        bool[] right = new bool[items.Count];
        double[] costs = new double[items.Count];
        for (int i = 0; i < items.Count; i++)
        {
            int item = items[i], tier = 0;
            for (; tier < Tiers.Count - 1 && !Accepts(tier, thresholds[tier], item); tier++)
            {
                costs[i] += Routes ? 0 : Tiers[tier].Costs[item];
            }

            costs[i] += Tiers[tier].Costs[item];
            (tiers[i], right[i]) = (tier, Tiers[tier].Right[item]);
        }

        return new ArmOutcome(items, tiers, right, costs, Tiers.Count);
    }

    /// <summary>Whether a tier keeps a question.</summary>
    /// <param name="tier">The tier, not the last.</param>
    /// <param name="threshold">Its threshold; null keeps nothing.</param>
    /// <param name="item">The question.</param>
    public bool Accepts(int tier, double? threshold, int item) => threshold is double least && Tiers[tier].Scores[item] >= least - Vote.Slack;

    /// <summary>The thresholds of a tier that make a difference: its distinct scores, or quantiles of them where there are many.</summary>
    /// <param name="tier">The tier.</param>
    /// <param name="items">The questions that reach it.</param>
    /// <returns>In ascending order.</returns>
    public IReadOnlyList<double> Candidates(int tier, IEnumerable<int> items)
    {
        double[] scores = [.. items.Select(item => Tiers[tier].Scores[item]).Where(double.IsFinite).Distinct().Order()];
        return scores.Length <= MostCandidates ? scores
            : [.. Enumerable.Range(0, MostCandidates).Select(i => scores[(int)((long)i * (scores.Length - 1) / (MostCandidates - 1))]).Distinct()];
    }

    // The same share of the questions that reach a tier is kept at every tier, so that a curve has one knob whatever the number of tiers.
    /// <summary>What the policy can reach: for growing shares of kept questions, the cost of a question and the share answered rightly.</summary>
    /// <param name="tuning">Questions that the thresholds are set on.</param>
    /// <param name="items">Questions that are counted.</param>
    /// <returns>From the cheapest to the dearest.</returns>
    public IReadOnlyList<FrontierPoint> Frontier(IReadOnlyList<int> tuning, IReadOnlyList<int> items)
    {
        const int Steps = 20;
        HashSet<string> seen = [];
        List<FrontierPoint> points = [];
        for (int step = 0; step <= Steps; step++)
        {
            double?[] thresholds = ThresholdsKeeping([.. Enumerable.Repeat((double)step / Steps, Tiers.Count - 1)], tuning);
            if (seen.Add(string.Join(' ', thresholds)))
            {
                ArmOutcome outcome = Run(thresholds, items);
                points.Add(new FrontierPoint(outcome.MeanCost, outcome.Accuracy, 1 - outcome.Reach[^1]));
            }
        }

        return [.. points.OrderBy(point => point.Cost).ThenBy(point => point.Accuracy)];
    }

    /// <summary>Thresholds at which every tier keeps a share of the questions that reach it, as nearly as ties allow.</summary>
    /// <param name="shares">In [0, 1], one a tier but the last.</param>
    /// <param name="tuning">Questions that they are set on.</param>
    public double?[] ThresholdsKeeping(IReadOnlyList<double> shares, IReadOnlyList<int> tuning)
    {
        ArgumentNullException.ThrowIfNull(shares);
        double?[] thresholds = new double?[Tiers.Count - 1];
        int[] reaching = [.. tuning];
        for (int tier = 0; tier < thresholds.Length; tier++)
        {
            double[] scores = [.. reaching.Select(item => Tiers[tier].Scores[item]).OrderDescending()];
            int kept = (int)Math.Round(shares[tier] * scores.Length, MidpointRounding.AwayFromZero);
            thresholds[tier] = kept == 0 || scores.Length == 0 ? null : scores[kept - 1];
            reaching = [.. reaching.Where(item => !Accepts(tier, thresholds[tier], item))];
        }

        return thresholds;
    }
}
