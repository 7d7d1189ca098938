using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Chains;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Baselines;

/// <summary>Policies that learn from questions with known answers before they decide: FrugalGPT, RouteLLM, AutoMix, and the cascade of a model's own
/// samples.</summary>
internal static class LearnedArms
{
    private const int Fewest = 20;

    public static IEnumerable<CascadeArm> Of(ArmPlan plan, Action<string> leftOut)
    {
        int[] chain = [.. Enumerable.Range(0, plan.Tiers.Count).Select(plan.BestOf)];
        if (plan.Samples.Count > 1)
        {
            ChainTier last = ArmTiers.Together(plan, plan.Tiers[^1], AgreementRule.Vote);
            ChainTier samples = ArmTiers.Together(plan, plan.Samples, AgreementRule.Vote);
            yield return new CascadeArm { Name = "mot", Tiers = [samples, last], Note = "samples of one model agree" };
        }
        else
        {
            leftOut("mot: names no samples of one model.");
        }

        int questions = plan.Learns ? plan.Tuning.Count : 0;
        if (questions < Fewest)
        {
            leftOut($"frugal, router-logistic, router-factors, automix: {questions} questions to learn from, and {Fewest} are the least.");
            yield break;
        }

        yield return Frugal(plan, chain);
        yield return LogisticRouter(plan, chain);
        yield return Factors(plan, chain);
        int small = chain[0];
        if (plan.Recording.Items.All(item => item.Replies[small] is { Answer: "" } or { Verified: not null }))
        {
            yield return AutoMixThreshold(plan, chain);
            yield return AutoMixPomdp(plan, chain);
        }
        else
        {
            leftOut("automix: the answers were not checked by the model that gave them.");
        }
    }

    private static CascadeArm Frugal(ArmPlan plan, int[] chain)
    {
        AnswerScorer scorer = AnswerScorer.Train(
            [.. plan.Tuning.SelectMany(item => chain.Distinct().Select(system =>
                (Question(plan, item), Reply(plan, item, system).Answer, plan.Recording.Items[item].Right[system])))],
            plan.Random.Child("frugal"));
        return new CascadeArm
        {
            Name = "frugal",
            Tiers = [.. chain.Select((system, tier) => ArmTiers.Alone(plan, system, i => tier == chain.Length - 1 ? 0
                : scorer.Score(Question(plan, i), Reply(plan, i, system).Answer)))],
            Note = "one model a tier, by a scorer that learnt which answers are right",
        };
    }

    private static CascadeArm LogisticRouter(ArmPlan plan, int[] chain)
    {
        (int weak, int strong) = (chain[0], chain[^1]);
        SparseLogisticRegression needed = SparseLogisticRegression.Train(
            [.. plan.Tuning.Select(item => (TextBuckets.Of(Question(plan, item)), Needs(plan.Recording.Items[item], weak, strong) ? 1 : 0))],
                TextBuckets.Count, 2, 1e-3,
            plan.Random.Child("router"));
        return Router(plan, "router-logistic", weak, strong, item => needed.Probabilities(TextBuckets.Of(Question(plan, item)))[0]);
    }

    private static CascadeArm Factors(ArmPlan plan, int[] chain)
    {
        (int[] Features, float[] Values)[] questions = Features(plan);
        int features = plan.Encode is null ? TextBuckets.Count : questions[0].Features.Length;
        FactorRouter router = FactorRouter.Train(
            [.. plan.Tuning.Select(item => questions[item])], [.. plan.Tuning.Select(item => plan.Recording.Items[item].Right)], features,
                plan.Random.Child("factors"));
        return Router(plan, "router-factors", chain[0], chain[^1], item => router.Probabilities(questions[item]) is var right
            ? right[chain[0]] - right[chain[^1]] : 0);
    }

    private static CascadeArm AutoMixThreshold(ArmPlan plan, int[] chain) => new()
    {
        Name = "automix-threshold",
        Tiers = [Checked(plan, chain[0], bin => bin / (double)AutoMix.Bins), ArmTiers.Alone(plan, chain[^1], _ => 0)],
        Note = "the small model checks its own answer",
    };

    private static CascadeArm AutoMixPomdp(ArmPlan plan, int[] chain)
    {
        IReadOnlyList<bool[]> policies = AutoMix.Policies(
            [.. plan.Tuning.Select(item => (Bin(plan, item, chain[0]), plan.Recording.Items[item].Right[chain[0]],
                plan.Recording.Items[item].Right[chain[^1]]))]);
        CascadeArm[] arms = [.. policies.Select(stays => new CascadeArm
        {
            Name = "automix-pomdp",
            Tiers = [Checked(plan, chain[0], bin => stays[bin] ? 1 : 0), ArmTiers.Alone(plan, chain[^1], _ => 0)],
            Note = "the small model checks its own answer; actions by a POMDP",
        })];
        (double, double) Alone(int tier) => (plan.Tuning.Average(item => arms[0].Tiers[tier].Right[item] ? 1.0 : 0),
            plan.Tuning.Average(item => arms[0].Tiers[tier].Costs[item]));
        return arms.MaxBy(arm => arm.Run([1], plan.Tuning) is var outcome ? AutoMix.Lift(outcome.Accuracy, outcome.MeanCost, Alone(0), Alone(1)) : 0)!;
    }

    private static ChainTier Checked(ArmPlan plan, int system, Func<int, double> score) => ArmTiers.Alone(plan, system, i => score(Bin(plan, i, system))) with
    {
        Costs = [.. Enumerable.Range(0, plan.Recording.Items.Count).Select(i => plan.Costs.OfChecked(i, system))],
    };

    private static int Bin(ArmPlan plan, int item, int system) => AutoMix.BinOf(Reply(plan, item, system).Verified ?? 0);

    private static CascadeArm Router(ArmPlan plan, string name, int weak, int strong, Func<int, double> weakSuffices) => new()
    {
        Name = name,
        Routes = true,
        Tiers = [ArmTiers.Alone(plan, weak, weakSuffices, beforehand: true), ArmTiers.Alone(plan, strong, _ => 0)],
        Note = "one of two models, chosen by the question alone",
    };

    private static bool Needs(RecordedItem item, int weak, int strong) => item.Right[strong] && !item.Right[weak];

    private static (int[], float[])[] Features(ArmPlan plan)
    {
        string[] questions = [.. plan.Recording.Items.Select(item => item.Question)];
        if (plan.Encode is not null)
        {
            return [.. plan.Encode(questions).Select(vector => (Enumerable.Range(0, vector.Length).ToArray(), vector))];
        }

        return [.. questions.Select(question => TextBuckets.Of(question)).Select(buckets =>
            (buckets, Enumerable.Repeat((float)(1 / Math.Sqrt(Math.Max(1, buckets.Length))), buckets.Length).ToArray()))];
    }

    private static string Question(ArmPlan plan, int item) => plan.Recording.Items[item].Question;

    private static MemberReply Reply(ArmPlan plan, int item, int system) => plan.Recording.Items[item].Replies[system];
}
