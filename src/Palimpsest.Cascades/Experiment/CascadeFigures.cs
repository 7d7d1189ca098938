using Palimpsest.Cascades.Baselines;
using Palimpsest.Cascades.Chains;
using Palimpsest.Metrics;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Cascades.Experiment;

/// <summary>The figures of a comparison, as claims look at them.</summary>
internal static class CascadeFigures
{
    public static IReadOnlyList<ClaimResult> Of(CascadeRecipe recipe, CascadeResult result)
    {
        double dearest = result.Arm(CascadeArms.LastTier)!.Cost;
        List<ClaimResult> figures = [];
        foreach (CascadeArmResult arm in result.Arms)
        {
            void Add(string metric, double value, bool modelled = false, IReadOnlyList<double>? items = null) =>
                figures.Add(new ClaimResult(arm.Name, metric, recipe.Seed, value) { Modelled = modelled, Items = items ?? [] });

            bool modelled = arm.Name == Controls.Dear;
            Add("accuracy", arm.Accuracy, items: arm.Right);
            Add("cost", arm.Cost, modelled);
            Add("cost_ratio", arm.Cost / dearest, modelled);
            Add("saving", dearest / arm.Cost, modelled);
            if (arm.Thresholds.Count > 0)
            {
                Add("deferred", arm.Deferred);
                Add("excess", arm.Excess.Max());
                Add("held", arm.Excess.All(excess => excess <= recipe.Certificate.Limit) ? 1 : 0);
            }

            if (arm.AtBudget is double share)
            {
                Add("accuracy_at_budget", share);
            }
        }

        if (result.Arm(CascadeArms.Agreement) is { } agreement)
        {
            int tiers = agreement.Reach.Count;
            figures.Add(new ClaimResult(CascadeArms.Agreement, "dominated", recipe.Seed, Dominated(agreement, result.Arm(CascadeArms.Confidence))));
            double line = CascadeCost.BreakEven(result.Gamma, result.Tiers[0].Count);
            figures.Add(new ClaimResult(CascadeArms.Agreement, "break_even", recipe.Seed, line) { Modelled = true });
            if (result.Splits is { } splits && tiers > 1)
            {
                figures.Add(new ClaimResult(CascadeArms.Agreement, "splits_held", recipe.Seed, splits.Held));
                figures.Add(new ClaimResult(CascadeArms.Agreement, "splits_certified", recipe.Seed, splits.Certified));
            }
        }

        return figures;
    }

    /// <summary>The share of a policy's frontier, its two ends left out, that another one reaches or betters at no greater cost.</summary>
    public static double Dominated(CascadeArmResult arm, CascadeArmResult? other)
    {
        FrontierPoint[] between = [.. arm.Frontier.Where(point => point.Kept is > 0 and < 1)];
        return other is null || between.Length == 0 ? 0 : between.Count(point => other.Frontier.Any(point.IsDominatedBy)) / (double)between.Length;
    }
}
