namespace Palimpsest.Training.Optimizers;

/// <summary>Settings of AdamW with moments of 8 bits.</summary>
public sealed record AdamW8bitOptions : OptimizerOptions
{
    /// <summary>Decay of the first moment, in [0, 1).</summary>
    /// <value>The default is 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    /// <value>The default is 0.95, as of <see cref="AdamWOptions"/>; bitsandbytes has 0.999.</value>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment.</summary>
    /// <value>The default is 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay.</summary>
    /// <value>The default is 0.</value>
    public double WeightDecay { get; init; }

    /// <summary>Whether norms and biases decay too, as in PyTorch's default.</summary>
    /// <value>The default is false: only matrices decay.</value>
    public bool DecayAll { get; init; }

    /// <summary>Whose rules are followed in detail.</summary>
    /// <value>The default is those of the CUDA kernel.</value>
    public AdamW8bitCompat Compat { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => AdamWOptions.ProblemsOf(Beta1, Beta2, Epsilon, WeightDecay);
}
