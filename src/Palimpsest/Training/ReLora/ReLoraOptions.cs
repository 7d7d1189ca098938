using Palimpsest.Training.Optimizers;

namespace Palimpsest.Training.ReLora;

/// <summary>Settings of ReLoRA.</summary>
public sealed record ReLoraOptions : OptimizerOptions
{
    /// <summary>Steps after which the adapter is merged and begun again, at least 1.</summary>
    /// <value>The default is 1000.</value>
    public int Every { get; init; } = 1000;

    /// <summary>Steps over which the learning rate climbs back after each merge, at least 0: step i has i/warmup of it.</summary>
    /// <value>The default is 50.</value>
    public int Warmup { get; init; } = 50;

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

    /// <summary>The optimizer between two merges.</summary>
    internal AdamWOptions Between => new() { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon, WeightDecay = WeightDecay };

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        foreach (string problem in Between.Problems())
        {
            yield return problem;
        }

        if (Every < 1)
        {
            yield return "every must be at least 1; a number larger than train.steps never merges, which is LoRA.";
        }

        if (Warmup < 0 || Warmup > Every)
        {
            yield return "warmup must be at least 0 and at most every.";
        }
    }
}
