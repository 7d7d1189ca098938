using Palimpsest.Common;
using static System.FormattableString;

namespace Palimpsest.Privacy;

/// <summary>Everything about private rounds that their ε depends on, but for the noise.</summary>
public sealed record PrivacyPlan : IValidated
{
    /// <summary>Share of the units that a round takes in, in (0, 1]; with <see cref="ClientRate"/>, of those of a client that takes part.</summary>
    public required double Rate { get; init; }

    /// <summary>Noisy sums that are released, at least 1. Empty rounds count too.</summary>
    public required long Rounds { get; init; }

    /// <summary>δ in (0, 1): keep it below 1 over <see cref="Population"/>.</summary>
    public double Delta { get; init; } = 1e-5;

    /// <summary>Units that could take part, at least 1.</summary>
    public long Population { get; init; } = 10_000;

    /// <summary>What one guarantee is about, as reports name it: client, owner, provider, record.</summary>
    public string Unit { get; init; } = "client";

    /// <summary>How units are chosen.</summary>
    public SamplingScheme Sampling { get; init; }

    /// <summary>Probability that a client takes part, in (0, 1], where clients are drawn first and their units second; 1 where there is no such gate.</summary>
    public double ClientRate { get; init; } = 1;

    /// <summary>Units that a round is expected to take in: what a noisy sum is divided by, whoever came.</summary>
    public double ExpectedUnits => Rate * ClientRate * Population;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (!(Rate is > 0 and <= 1))
        {
            yield return Invariant($"rate must be above 0 and at most 1, but is {Rate}. It is the share of all units that a round takes in, such as 0.01.");
        }

        if (!(ClientRate is > 0 and <= 1))
        {
            yield return Invariant($"client_rate must be above 0 and at most 1, but is {ClientRate}. It is the probability of a client to take part.");
        }

        if (Rounds < 1)
        {
            yield return $"rounds must be at least 1, but is {Rounds}.";
        }

        if (Population < 1)
        {
            yield return $"population must be at least 1, but is {Population}.";
        }

        if (!(Delta is > 0 and < 1))
        {
            yield return Invariant($"delta must lie between 0 and 1, both excluded, but is {Delta}. Take less than 1 over the population, such as 1e-5.");
        }

        if (Sampling == SamplingScheme.Fixed && ClientRate < 1)
        {
            yield return "client_rate has no proven bound together with sampling in fixed numbers. Sample by poisson.";
        }

        if (Sampling == SamplingScheme.Fixed && Rate * Population < 1)
        {
            yield return Invariant($"rate {Rate} of a population of {Population} is less than one unit. Raise one of them.");
        }
    }

    /// <summary>What one round releases. A unit that is replaced changes a sum by up to twice its norm: fixed samples count half of the noise.</summary>
    /// <param name="noise">σ, the noise multiplier.</param>
    public IRdpMechanism Mechanism(double noise) => Sampling == SamplingScheme.Fixed
        ? new FixedSizeGaussian(Population, (long)Math.Round(Rate * Population), noise / 2)
        : ClientRate < 1 ? new GatedGaussian(ClientRate, Rate, noise) : new SubsampledGaussian(Rate, noise);

    /// <summary>What a noise multiplier proves.</summary>
    /// <param name="noise">σ.</param>
    /// <exception cref="PalimpsestException">A setting or the noise is none.</exception>
    public PrivacyReport At(double noise)
    {
        Check();
        IRdpMechanism mechanism = Mechanism(noise);
        RdpAccountant rdp = new();
        rdp.Compose(mechanism, Rounds);
        double? losses = null;
        if (mechanism is SubsampledGaussian sampled)
        {
            PldAccountant accountant = new();
            accountant.Compose(sampled, Rounds);
            losses = accountant.Epsilon(Delta);
        }

        return new PrivacyReport { Plan = this, Noise = noise, Rdp = rdp.Epsilon(Delta), Pld = losses };
    }

    /// <summary>The least noise multiplier that keeps ε, rounded up to four digits, by the tightest accountant there is for the sampling.</summary>
    /// <param name="epsilon">ε, above 0.</param>
    /// <exception cref="PalimpsestException">A setting is none, or no noise keeps ε.</exception>
    public double NoiseFor(double epsilon)
    {
        Check();
        double rdp = NoiseCalibration.Rdp(Mechanism, Rounds, epsilon, Delta, tolerance: 1e-5);
        double noise = Mechanism(1) is SubsampledGaussian ? Math.Min(rdp, NoiseCalibration.Pld(Rate, Rounds, epsilon, Delta, tolerance: 1e-4)) : rdp;
        double unit = Math.Pow(10, Math.Floor(Math.Log10(noise)) - 3);
        return Math.Round(Math.Ceiling(noise / unit) * unit, 12);
    }

    private void Check()
    {
        if (Problems().FirstOrDefault() is string problem)
        {
            throw new PalimpsestException(char.ToUpperInvariant(problem[0]) + problem[1..]);
        }
    }
}
