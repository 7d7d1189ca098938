namespace Palimpsest.Interpretability.Ssae;

/// <summary>What a reconstruction does on a set of texts.</summary>
/// <param name="L0">Active latents a token.</param>
/// <param name="ExplainedVariance">Share of the variance that is explained.</param>
/// <param name="CrossEntropy">Nats a token of the model with the reconstruction in the place of its activations.</param>
/// <param name="Recovered">Share of the cross-entropy between zeroed activations and the model as it is.</param>
/// <param name="Dead">Latents that never fire there.</param>
public sealed record SetFigures(double L0, double ExplainedVariance, double CrossEntropy, double Recovered, int Dead)
{
    /// <summary>exp of the cross-entropy.</summary>
    public double Perplexity => Math.Exp(CrossEntropy);
}
