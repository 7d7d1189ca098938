namespace Palimpsest.Privacy;

/// <summary>Clients are drawn first and units of a drawn client second, as in PFL-DocVQA's FL-GROUP-DP: all units of a client share one coin.</summary>
/// <param name="ClientRate">p, the probability that a client takes part.</param>
/// <param name="UnitRate">q', the probability that a unit of a client that takes part is included, independently.</param>
/// <param name="Noise">σ, the noise multiplier.</param>
/// <remarks>
/// Independent inclusion is what <see cref="SubsampledGaussian"/> rests on, so the rate p·q' proves nothing here: who took part can be seen, or inferred from
/// other units. What holds by joint convexity is A(α) ≤ 1 - p + p A(α; q'). At PFL-DocVQA's settings for ε = 1 (p = 0.2, q' = 0.125, σ = 1.145, 5 rounds) it
/// gives 1.98.
/// </remarks>
public readonly record struct GatedGaussian(double ClientRate, double UnitRate, double Noise) : IRdpMechanism
{
    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">A rate or the noise is none.</exception>
    public double[] Rdp(IReadOnlyList<double> orders)
    {
        ArgumentNullException.ThrowIfNull(orders);
        new SubsampledGaussian(ClientRate, Noise).Check();
        SubsampledGaussian inner = new(UnitRate, Noise);
        inner.Check();
        double logRate = Math.Log(ClientRate);
        return [.. inner.LogExcess(orders).Select((excess, i) => LogSpace.Add(0, excess + logRate) / (orders[i] - 1))];
    }
}
