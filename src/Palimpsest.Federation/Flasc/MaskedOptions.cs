using Palimpsest.Federation.Algorithms;

namespace Palimpsest.Federation.Flasc;

/// <summary>Settings of what downloads the largest weights only.</summary>
public abstract record MaskedOptions : FederatedAlgorithmOptions
{
    /// <summary>Factor of the densities every <see cref="DecayEvery"/> rounds, in (0, 1].</summary>
    /// <value>The default is 1: they stay.</value>
    public double Decay { get; init; } = 1;

    /// <summary>Rounds until the densities decay.</summary>
    /// <value>The default is 1.</value>
    public int DecayEvery { get; init; } = 1;

    /// <summary>Whether what is no LoRA tensor goes down whole, and the density is one of the LoRA tensors.</summary>
    /// <value>The default is false: one choice among all coordinates.</value>
    public bool DenseHead { get; init; }

    /// <summary>Whether the model is evaluated and served as a client gets it, with zeros where the mask is off. The server's own weights are
    /// dense.</summary>
    /// <value>The default is true.</value>
    public bool MaskedEvaluation { get; init; } = true;

    /// <summary>Which mask that is: <c>current</c>, of the new weights, or <c>before</c>, of the last download as in the released code.</summary>
    /// <value>The default is <c>current</c>.</value>
    public EvaluationMask EvaluationMask { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. base.Problems(), .. Decays(Decay, DecayEvery)];

    /// <summary>What a density has become.</summary>
    internal double At(double density, int round) => density * Math.Pow(Decay, round / DecayEvery);
}
