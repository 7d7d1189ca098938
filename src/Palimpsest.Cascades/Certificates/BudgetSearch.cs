using Palimpsest.Cascades.Chains;

namespace Palimpsest.Cascades.Certificates;

/// <summary>Chooses the thresholds that answer best for a mean cost, as FrugalGPT does: a grid of quantiles at every tier. No guarantee.</summary>
public static class BudgetSearch
{
    private const int Quantiles = 20, MostSettings = 10_000;

    /// <summary>The thresholds with the most right answers among those that cost no more than the budget; of equally good ones the cheapest.</summary>
    /// <param name="arm">The policy.</param>
    /// <param name="items">The questions to tune on.</param>
    /// <param name="budget">Mean cost of a question.</param>
    /// <returns>Null if even the cheapest setting costs more.</returns>
    public static double?[]? Thresholds(CascadeArm arm, IReadOnlyList<int> items, double budget)
    {
        ArgumentNullException.ThrowIfNull(arm);
        ArgumentNullException.ThrowIfNull(items);
        int stages = arm.Tiers.Count - 1, steps = stages == 0 ? 1 : Math.Min(Quantiles, (int)Math.Pow(MostSettings, 1.0 / stages));
        double?[][] grids = [.. Enumerable.Range(0, stages).Select(tier => Grid(arm.Candidates(tier, items), steps))];
        double?[]? best = null;
        (double Accuracy, double Cost) reached = (double.NegativeInfinity, double.PositiveInfinity);
        foreach (double?[] thresholds in Settings(grids))
        {
            ArmOutcome outcome = arm.Run(thresholds, items);
            (double Accuracy, double Cost) found = (outcome.Accuracy, outcome.MeanCost);
            if (found.Cost <= budget && (found.Accuracy > reached.Accuracy || (found.Accuracy == reached.Accuracy && found.Cost < reached.Cost)))
            {
                (best, reached) = (thresholds, found);
            }
        }

        return best;
    }

    private static double?[] Grid(IReadOnlyList<double> candidates, int steps) => candidates.Count <= steps
        ? [.. candidates.Select(value => (double?)value), null]
        : [.. Enumerable.Range(0, steps).Select(i => (double?)candidates[(int)((long)i * (candidates.Count - 1) / (steps - 1))]), null];

    private static IEnumerable<double?[]> Settings(double?[][] grids)
    {
        IEnumerable<double?[]> settings = [[]];
        foreach (double?[] grid in grids)
        {
            settings = settings.SelectMany(before => grid.Select(threshold => (double?[])[.. before, threshold]));
        }

        return settings;
    }
}
