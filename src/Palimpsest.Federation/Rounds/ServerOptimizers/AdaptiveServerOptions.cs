namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>Settings that FedAdam, FedYogi and FedAdagrad share.</summary>
public abstract record AdaptiveServerOptions : ServerOptimizerOptions
{
    private protected AdaptiveServerOptions(double beta1)
        : base(0.1) => Beta1 = beta1;

    /// <summary>Share of the average direction that is kept, in [0, 1).</summary>
    /// <value>The default is 0.9; 0 for fedadagrad. Both are the paper's.</value>
    public double Beta1 { get; init; }

    /// <summary>Added to the root of the second moment, above 0: the larger, the less adaptive.</summary>
    /// <value>The default is 0.001.</value>
    public double Tau { get; init; } = 1e-3;

    /// <summary>Whether the second moment begins with τ^2, as the paper says, and not with 0, as programs do.</summary>
    /// <value>The default is false.</value>
    public bool StartAtTau { get; init; }

    /// <summary>What the second moment begins with.</summary>
    internal double FirstSquare => StartAtTau ? Tau * Tau : 0;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. base.Problems(), .. Share("beta1", Beta1), .. Above("tau", Tau)];
}
