namespace Palimpsest.Training.Optimizers;

/// <summary>Settings of stochastic gradient descent.</summary>
public sealed record SgdOptions : OptimizerOptions
{
    /// <summary>Share of the sum of past gradients that is kept, in [0, 1). The new gradient counts whole (PyTorch's dampening is 0).</summary>
    /// <value>The default is 0.9.</value>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Looks one step of momentum ahead.</summary>
    /// <value>The default is false.</value>
    public bool Nesterov { get; init; }

    /// <summary>Weight decay, at least 0: added to the gradient as PyTorch's SGD does, unless <see cref="DecoupledWeightDecay"/>.</summary>
    /// <value>The default is 0.</value>
    public double WeightDecay { get; init; }

    /// <summary>Takes the decay off the parameters (p -= lr wd p), past the momentum, as AdamW does.</summary>
    /// <value>The default is false: as PyTorch's SGD.</value>
    public bool DecoupledWeightDecay { get; init; }

    /// <summary>Whether norms and biases decay too, as in PyTorch's default.</summary>
    /// <value>The default is false: only matrices decay.</value>
    public bool DecayAll { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Momentum is not (>= 0 and < 1))
        {
            yield return "momentum must be at least 0 and below 1.";
        }

        if (Nesterov && Momentum == 0)
        {
            yield return "nesterov needs a momentum above 0.";
        }

        if (!(WeightDecay >= 0) || !double.IsFinite(WeightDecay))
        {
            yield return "weight_decay must be a number of at least 0.";
        }
    }
}
