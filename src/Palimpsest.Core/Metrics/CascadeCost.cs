namespace Palimpsest.Metrics;

/// <summary>What a cascade costs relative to its last tier.</summary>
public static class CascadeCost
{
    // g = k^ρ
    /// <summary>How many times as long k members take as one: k in sequence (ρ = 1), 1 in parallel (ρ = 0).</summary>
    /// <param name="members">k, at least 1.</param>
    /// <param name="rho">In [0, 1].</param>
    public static double Growth(int members, double rho)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(members);
        return Math.Pow(members, rho);
    }

    // Σ_t g_t c_t Π_{s<t} d_s
    /// <summary>The expected cost of a question.</summary>
    /// <param name="costs">g·c of each tier, first to last; for two tiers γ g and 1.</param>
    /// <param name="deferred">Share of the questions that each tier but the last passes on.</param>
    /// <exception cref="PalimpsestException">There are not one fewer shares than tiers.</exception>
    public static double Expected(IReadOnlyList<double> costs, IReadOnlyList<double> deferred)
    {
        ArgumentNullException.ThrowIfNull(costs);
        IReadOnlyList<double> reach = Reach(deferred);
        if (costs.Count != reach.Count)
        {
            throw new PalimpsestException($"A cascade of {costs.Count} tiers passes questions on {costs.Count - 1} times, but there are shares for {deferred.Count}.");
        }

        return costs.Zip(reach, (cost, share) => cost * share).Sum();
    }

    /// <summary>The share of the questions that reach each tier.</summary>
    /// <param name="deferred">Share of the questions that each tier but the last passes on.</param>
    public static IReadOnlyList<double> Reach(IReadOnlyList<double> deferred)
    {
        ArgumentNullException.ThrowIfNull(deferred);
        List<double> reach = [1];
        foreach (double share in deferred)
        {
            reach.Add(reach[^1] * share);
        }

        return reach;
    }

    /// <summary>The share passed on by a first tier at which it no longer saves anything: 1 - γ g. Negative if it never does.</summary>
    /// <param name="gamma">Cost of one member of the first tier, relative to the last.</param>
    /// <param name="growth">g, see <see cref="Growth"/>.</param>
    public static double BreakEven(double gamma, double growth) => 1 - (gamma * growth);
}
