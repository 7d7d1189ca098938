namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>Settings of PyTorch's AdamW at the server, the optimizer of FLASC's released code, where it is called FedAdam.</summary>
/// <remarks>
/// Loshchilov and Hutter, arXiv 1711.05101: w -= η λ w, then w += η / (1 - β1^t) m / (sqrt(v) / sqrt(1 - β2^t) + ε) with t from 1. The decay takes all weights,
/// those that nobody has sent too. The rate is 0.01 by default; the released code has 1e-3, at which masks of adapters hardly change in tens of rounds.
/// </remarks>
public sealed record ServerAdamWOptions() : ServerOptimizerOptions(0.01)
{
    /// <summary>Share of the first moment that is kept, in [0, 1).</summary>
    /// <value>The default is 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Share of the second moment that is kept, in [0, 1).</summary>
    /// <value>The default is 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root, above 0.</summary>
    /// <value>The default is 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay λ, at least 0; 0 is Adam.</summary>
    /// <value>The default is 0.01: PyTorch's, which the released code leaves as it is.</value>
    public double WeightDecay { get; init; } = 0.01;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. base.Problems(), .. Share("beta1", Beta1), .. Share("beta2", Beta2), .. Above("epsilon", Epsilon),
        .. WeightDecay >= 0 && double.IsFinite(WeightDecay) ? (string[])[] : ["weight_decay must be a number of at least 0."]];

    internal AdaptiveNumbers At(long step) => new(Beta1, Beta2, LearningRate / (1 - Math.Pow(Beta1, step)), Epsilon)
    {
        RootFactor = (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, step))),
        Kept = (float)(1 - (LearningRate * WeightDecay)),
    };
}
