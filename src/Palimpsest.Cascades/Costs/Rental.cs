namespace Palimpsest.Cascades.Costs;

/// <summary>What renting machines for the tiers costs.</summary>
public static class Rental
{
    // Σ_i reach_i Σ_j time_ij price_i / 3600 · 1000
    /// <summary>Price of a thousand questions. Every member is paid for: members side by side rent machines side by side.</summary>
    /// <param name="reach">Share of the questions that reach each tier.</param>
    /// <param name="seconds">Seconds of a call, one list of members a tier.</param>
    /// <param name="hourly">Price of an hour of the machine that each tier runs on.</param>
    /// <exception cref="PalimpsestException">There are not as many of each.</exception>
    public static double PerThousand(IReadOnlyList<double> reach, IReadOnlyList<IReadOnlyList<double>> seconds, IReadOnlyList<double> hourly)
    {
        ArgumentNullException.ThrowIfNull(reach);
        ArgumentNullException.ThrowIfNull(seconds);
        ArgumentNullException.ThrowIfNull(hourly);
        if (reach.Count != seconds.Count || reach.Count != hourly.Count)
        {
            throw new PalimpsestException($"A rental needs a price by the hour for each tier: there are {reach.Count} tiers, times of {seconds.Count} and "
                + $"prices for {hourly.Count}. List as many prices under costs.hourly as there are tiers.");
        }

        return 1000 * Enumerable.Range(0, reach.Count).Sum(i => reach[i] * seconds[i].Sum() * hourly[i] / 3600);
    }
}
