namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>Settings of FedAdam (Reddi et al., ICLR 2021): w += η m / (sqrt(v) + τ), v = β2 v + (1 - β2) D^2.</summary>
public sealed record FedAdamOptions() : AdaptiveServerOptions(0.9)
{
    /// <summary>Share of the second moment that is kept, in [0, 1).</summary>
    /// <value>The default is 0.99.</value>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>How η is corrected for moments that begin with 0.</summary>
    /// <value>The default is <c>none</c>, as in the paper.</value>
    public BiasCorrection BiasCorrection { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. base.Problems(), .. Share("beta2", Beta2)];

    internal AdaptiveNumbers At(long step)
    {
        // Flower counts rounds from 1 and adds 1, so that the first factor is 0.742 at the defaults and not 1.
        double power = step + (BiasCorrection == BiasCorrection.Flower ? 1 : 0);
        double factor = BiasCorrection == BiasCorrection.None ? 1 : Math.Sqrt(1 - Math.Pow(Beta2, power)) / (1 - Math.Pow(Beta1, power));
        return new AdaptiveNumbers(Beta1, Beta2, LearningRate * factor, Tau);
    }
}
