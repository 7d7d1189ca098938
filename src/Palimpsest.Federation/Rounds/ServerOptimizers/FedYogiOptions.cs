namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>Settings of FedYogi (Reddi et al., ICLR 2021): w += η m / (sqrt(v) + τ), v -= (1 - β2) D^2 sign(v - D^2).</summary>
public sealed record FedYogiOptions() : AdaptiveServerOptions(0.9)
{
    /// <summary>1 less the share of D^2 by which the second moment moves, in [0, 1).</summary>
    /// <value>The default is 0.99.</value>
    public double Beta2 { get; init; } = 0.99;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. base.Problems(), .. Share("beta2", Beta2)];

    internal AdaptiveNumbers At(long step) => new(Beta1, Beta2, LearningRate, Tau);
}
