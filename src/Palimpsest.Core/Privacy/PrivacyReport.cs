using System.Globalization;
using static System.FormattableString;

namespace Palimpsest.Privacy;

/// <summary>What private rounds prove, in figures and in sentences.</summary>
public sealed record PrivacyReport
{
    /// <summary>The rounds.</summary>
    public required PrivacyPlan Plan { get; init; }

    /// <summary>σ, the noise multiplier.</summary>
    public required double Noise { get; init; }

    /// <summary>ε by Rényi differential privacy.</summary>
    public required RdpBound Rdp { get; init; }

    /// <summary>ε by privacy loss distributions, or null where the sampling has none.</summary>
    public required double? Pld { get; init; }

    /// <summary>ε: the smaller of both bounds, since both hold.</summary>
    public double Epsilon => Math.Min(Rdp.Value, Pld ?? double.PositiveInfinity);

    /// <summary>The largest signal-to-noise ratio that a round can have: m / (σ √d), whatever the clipping norm.</summary>
    /// <remarks>All m expected units pulling the same way give a sum of norm m·C; the noise has norm σ·C·√d. Far below 1, a round is nearly noise.</remarks>
    /// <param name="parameters">d, the length of the vector that is summed.</param>
    public double SignalToNoise(double parameters) => Plan.ExpectedUnits / (Noise * Math.Sqrt(parameters));

    /// <summary>The report in plain sentences.</summary>
    public IEnumerable<string> Lines()
    {
        bool fixedSize = Plan.Sampling == SamplingScheme.Fixed;
        string rounds = Plan.Rounds == 1 ? "1 round" : Plan.Rounds.ToString("N0", CultureInfo.InvariantCulture) + " rounds";
        string chosen = fixedSize
            ? Invariant($"exactly {Math.Round(Plan.Rate * Plan.Population):N0} of {Plan.Population:N0} {Plan.Unit}s a round, without replacement")
            : Plan.ClientRate < 1 ? Invariant($"clients by a coin of {Plan.ClientRate:G6}, then each {Plan.Unit} of a client by one of {Plan.Rate:G6}")
            : Plan.Rate == 1 ? $"every {Plan.Unit} in every round"
            : Invariant($"each {Plan.Unit} independently with probability {Plan.Rate:G6} a round (Poisson)");
        string neighbours = fixedSize ? "replaced by another" : "added or removed";
        yield return $"Unit of privacy: one {Plan.Unit}, {neighbours} with all that it contributes. Sampling: {chosen}; {rounds}.";
        yield return Invariant($"Noise multiplier {Noise:G6}: standard deviation of the noise over the largest norm of one {Plan.Unit}'s contribution.");
        yield return Invariant($"Epsilon {Show(Epsilon)} at delta {Plan.Delta:G6}.");
        yield return Pld is double losses
            ? Invariant($"  by privacy loss distributions {Show(losses)}")
            : "  by privacy loss distributions: none for this sampling";
        yield return Invariant($"  by Rényi differential privacy  {Show(Rdp.Value)} (order {Rdp.Order:G6})");
        if (Rdp.AtEdge && Rdp.Value > 0 && !(Pld < Rdp.Value))
        {
            yield return "  The order lies at the edge of the grid; other orders might prove a smaller epsilon.";
        }

        if (Plan.Delta > 1.0 / Plan.Population)
        {
            yield return Invariant($"Warning: delta {Plan.Delta:G6} is more than 1 over the population of {Plan.Population:N0}: ")
                + Invariant($"publishing one {Plan.Unit}'s data outright would be allowed. Take less than {1.0 / Plan.Population:G2}.");
        }
    }

    // Rounded up: a printed guarantee must not be smaller than the proven one.
    private static string Show(double epsilon) =>
        double.IsInfinity(epsilon) ? "infinite (nothing is proven)" : (Math.Ceiling(epsilon * 1e4) / 1e4).ToString("F4", CultureInfo.InvariantCulture);
}
