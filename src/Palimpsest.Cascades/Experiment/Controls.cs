using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Baselines;
using Palimpsest.Cascades.Chains;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Policies that show where agreement is worth nothing, and the released code's own thresholds.</summary>
internal static class Controls
{
    public const string Unanimous = "unanimous", Duplicated = "control-duplicated", Dear = "control-dear";

    public static IEnumerable<CascadeArm> Of(ArmPlan plan, CascadeArm agreement)
    {
        if (plan.Rule == AgreementRule.Vote)
        {
            yield return agreement with
            {
                Name = Unanimous,
                IsFixed = true,
                Note = "passes on unless all members agree, as the released code does; not calibrated",
            };
        }

        // What a tier of one model several times would do: it agrees with itself about everything.
        int best = plan.BestOf(0), copies = Math.Max(2, plan.Tiers[0].Count);
        ChainTier alone = ArmTiers.Alone(plan, best, _ => 1);
        yield return agreement with
        {
            Name = Duplicated,
            Tiers = [alone with { Name = $"{copies} x {alone.Name}", Costs = [.. alone.Costs.Select(cost => copies * cost)] }, .. agreement.Tiers.Skip(1)],
            IsFixed = true,
            Note = "control: one model several times in the first tier; agrees with itself, whatever it says; not calibrated",
        };

        ChainTier last = agreement.Tiers[^1];
        yield return agreement with
        {
            Name = Dear,
            Tiers = [agreement.Tiers[0] with { Costs = [.. last.Costs.Select(cost => plan.Tiers[0].Count * cost / 2)] }, .. agreement.Tiers.Skip(1)],
            Note = "control: members of the first tier that cost half of the last tier (modelled)",
        };
    }
}
