using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Chains;
using Palimpsest.Cascades.Recordings;

namespace Palimpsest.Cascades.Baselines;

/// <summary>Makes tiers of policies out of recorded answers.</summary>
internal static class ArmTiers
{
    /// <summary>Members that answer together; every one of them is billed.</summary>
    public static ChainTier Together(ArmPlan plan, IReadOnlyList<int> members, AgreementRule rule)
    {
        IReadOnlyList<RecordedItem> items = plan.Recording.Items;
        float[][][]? vectors = rule == AgreementRule.Semantic ? Vectors(plan, members) : null;
        TierAgreement[] agreed = [.. items.Select((item, i) => TierAgreement.Of(rule, [.. members.Select(member => item.Replies[member])], vectors?[i]))];
        return new ChainTier
        {
            Name = string.Join(" + ", members.Select(member => plan.Recording.Systems[member].Name)),

            // What has no answer is passed on, whatever the threshold.
            Scores = [.. agreed.Select(one => one.Answer.Length > 0 ? one.Value : double.NegativeInfinity)],
            Right = [.. agreed.Select((one, i) => one.Member >= 0 && items[i].Right[members[one.Member]])],
            Costs = [.. Enumerable.Range(0, items.Count).Select(i => members.Sum(member => plan.Costs.Of(i, member)))],
        };
    }

    /// <summary>One member with scores of whatever origin.</summary>
    /// <param name="plan">Answers and costs.</param>
    /// <param name="member">The member.</param>
    /// <param name="score">The score of each question.</param>
    /// <param name="beforehand">Whether the score is given before there is an answer, so that an abstention does not show in it.</param>
    public static ChainTier Alone(ArmPlan plan, int member, Func<int, double> score, bool beforehand = false) => new()
    {
        Name = plan.Recording.Systems[member].Name,
        Scores = [.. Enumerable.Range(0, plan.Recording.Items.Count).Select(i => beforehand || plan.Recording.Items[i].Replies[member].Answer.Length > 0
            ? score(i) : double.NegativeInfinity)],
        Right = [.. plan.Recording.Items.Select(item => item.Right[member])],
        Costs = [.. Enumerable.Range(0, plan.Recording.Items.Count).Select(i => plan.Costs.Of(i, member))],
    };

    /// <summary>Whether each reply of a member says how sure it is.</summary>
    public static bool HasScores(ArmPlan plan, int member) => plan.Recording.Items.All(item => item.Replies[member] is { Answer: "" } or { Score: not null });

    private static float[][][] Vectors(ArmPlan plan, IReadOnlyList<int> members)
    {
        Func<IReadOnlyList<string>, float[][]> encode = plan.Encode
            ?? throw new PalimpsestException("The rule semantic needs sentence vectors. Name an encoder in method.encoder, or take token-overlap.");
        string[] texts = [.. plan.Recording.Items.SelectMany(item => members.Select(member => item.Replies[member].Answer)).Distinct(StringComparer.Ordinal)];
        Dictionary<string, float[]> known = texts.Zip(encode(texts)).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        return [.. plan.Recording.Items.Select(item => members.Select(member => known[item.Replies[member].Answer]).ToArray())];
    }
}
