using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Chains;

namespace Palimpsest.Cascades.Baselines;

/// <summary>Agreement and everything that it is compared with, as policies over the same answers.</summary>
public static class CascadeArms
{
    /// <summary>Name of the cascade by the plan's rule.</summary>
    public const string Agreement = "agreement";

    /// <summary>Name of the last tier, asked about everything.</summary>
    public const string LastTier = "last-tier";

    /// <summary>Name of the cascade of single models by their own confidence.</summary>
    public const string Confidence = "woc";

    /// <summary>Name of the same cascade as <see cref="Agreement"/> that passes questions on by lot.</summary>
    public const string Random = "random";

    /// <summary>All policies that the answers allow.</summary>
    /// <param name="plan">Answers, tiers, costs.</param>
    /// <param name="leftOut">Gets the reason for each that they do not allow.</param>
    /// <exception cref="PalimpsestException">The tiers are none.</exception>
    public static IReadOnlyList<CascadeArm> Of(ArmPlan plan, Action<string> leftOut)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(leftOut);
        List<CascadeArm> arms = [.. Agreeing(plan, leftOut)];
        arms.AddRange(LearnedArms.Of(plan, leftOut));
        ChainTier[] tiers = [.. plan.Tiers.Select(members => ArmTiers.Together(plan, members, AgreementRule.Vote))];
        int best = Enumerable.Range(0, plan.Recording.Systems.Count).OrderByDescending(system =>
            plan.Tuning.Count(item => plan.Recording.Items[item].Right[system]))
            .ThenBy(system => plan.Tuning.Sum(item => plan.Costs.Of(item, system))).First();
        arms.Add(new CascadeArm { Name = "first-tier", Tiers = [tiers[0]], Note = "the first tier answers everything" });
        arms.Add(new CascadeArm { Name = LastTier, Tiers = [tiers[^1]], Note = "the last tier answers everything" });
        const string single = "the one system that is right most often where arms are tuned";
        arms.Add(new CascadeArm { Name = "single-best", Tiers = [ArmTiers.Alone(plan, best, _ => 0)], Note = single });
        arms.Add(ByLot(plan, tiers));
        arms.Add(Oracle("oracle", tiers, routes: false, "knows whether a tier is right; asks it all the same"));
        arms.Add(Oracle("oracle-router", tiers, routes: true, "knows before asking which tier is right"));
        return arms;
    }

    /// <summary>The cascade by the plan's rule.</summary>
    /// <exception cref="PalimpsestException">A tier of one system cannot disagree, or a system gives no scores where they count.</exception>
    internal static CascadeArm ByAgreement(ArmPlan plan) => Obstacle(plan) is string reason
        ? throw new PalimpsestException($"{reason} Take other tiers or another rule.")
        : new CascadeArm { Name = Agreement, Tiers = Tiers(plan, plan.Rule), Note = "the members of a tier agree" };

    private static bool IsScored(ArmPlan plan) => plan.Tiers.SkipLast(1).All(members => members.All(member => ArmTiers.HasScores(plan, member)));

    private static string? Obstacle(ArmPlan plan) =>
        plan.Rule != AgreementRule.Score && plan.Tiers.SkipLast(1).Any(members => members.Count < 2)
            ? "A tier of one system cannot disagree; one that is to pass questions on by agreement needs at least two."
            : plan.Rule == AgreementRule.Score && !IsScored(plan) ? "A system of a tier says nothing of how sure it is." : null;

    // The last tier has no threshold, so its rule only says whose answer it is.
    private static ChainTier[] Tiers(ArmPlan plan, AgreementRule rule) => [.. plan.Tiers.Select((members, tier) => ArmTiers.Together(plan, members,
        tier == plan.Tiers.Count - 1 && rule == AgreementRule.Score ? AgreementRule.Vote : rule))];

    private static IEnumerable<CascadeArm> Agreeing(ArmPlan plan, Action<string> leftOut)
    {
        if (Obstacle(plan) is string reason)
        {
            leftOut($"{Agreement}: {reason}");
        }
        else
        {
            yield return ByAgreement(plan);
        }

        bool scored = IsScored(plan);
        if (plan.Rule != AgreementRule.Score && scored)
        {
            yield return new CascadeArm { Name = "agreement-score", Tiers = Tiers(plan, AgreementRule.Score), Note = "the members are sure on average" };
        }

        if (!scored)
        {
            leftOut($"{(plan.Rule == AgreementRule.Score ? "" : "agreement-score, ")}{Confidence}: a member says nothing of how sure it is.");
            yield break;
        }

        yield return new CascadeArm
        {
            Name = Confidence,
            Tiers = [.. plan.Tiers.Select((_, tier) => plan.BestOf(tier))
                .Select(best => ArmTiers.Alone(plan, best, i => plan.Recording.Items[i].Replies[best].Score ?? 0))],
            Note = "one model a tier, by its own confidence",
        };
    }

    private static CascadeArm ByLot(ArmPlan plan, ChainTier[] tiers)
    {
        Numerics.RandomStream random = plan.Random.Child("lot");
        return new CascadeArm
        {
            Name = Random,
            Tiers = [.. tiers.Select(tier => tier with { Scores = [.. tier.Scores.Select(_ => random.NextDouble())] })],
            Note = "passes on as many questions as agreement, by lot",
        };
    }

    // A tier that is wrong keeps the question all the same where nobody behind it is right.
    private static CascadeArm Oracle(string name, ChainTier[] tiers, bool routes, string note) => new()
    {
        Name = name,
        Routes = routes,
        IsFixed = true,
        Note = note,
        Tiers =
        [
            .. tiers.Select((tier, t) => tier with
            {
                Scores = [.. Enumerable.Range(0, tier.Right.Count).Select(i => tier.Right[i] || tiers[(t + 1)..].All(later => !later.Right[i]) ? 1.0 : 0)],
            }),
        ],
    };
}
