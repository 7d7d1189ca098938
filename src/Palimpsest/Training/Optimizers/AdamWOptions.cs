namespace Palimpsest.Training.Optimizers;

/// <summary>Settings of AdamW.</summary>
public sealed record AdamWOptions : OptimizerOptions
{
    /// <summary>Decay of the first moment, in [0, 1).</summary>
    /// <value>The default is 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    /// <value>The default is 0.95.</value>
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

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => ProblemsOf(Beta1, Beta2, Epsilon, WeightDecay);

    /// <summary>What is wrong with the settings that all kinds of Adam share.</summary>
    internal static IEnumerable<string> ProblemsOf(double beta1, double beta2, double epsilon, double weightDecay)
    {
        if (beta1 is not (>= 0 and < 1))
        {
            yield return "beta1 must be at least 0 and below 1.";
        }

        if (beta2 is not (>= 0 and < 1))
        {
            yield return "beta2 must be at least 0 and below 1.";
        }

        if (!(epsilon >= 0) || !double.IsFinite(epsilon))
        {
            yield return "epsilon must be a number of at least 0.";
        }

        if (!(weightDecay >= 0) || !double.IsFinite(weightDecay))
        {
            yield return "weight_decay must be a number of at least 0.";
        }
    }
}
