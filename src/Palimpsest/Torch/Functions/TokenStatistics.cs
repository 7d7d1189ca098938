namespace Palimpsest.Torch.Functions;

/// <summary>Figures of the distributions that log-probabilities were read from, one a row; filled in the forward pass, without gradients.</summary>
/// <param name="rows">How many rows there are.</param>
public sealed class TokenStatistics(int rows)
{
    /// <summary>Entropy of the next token in nats. [rows]</summary>
    public double[] Entropy { get; } = new double[rows];

    /// <summary>Mean of the logits over the vocabulary. [rows]</summary>
    public double[] MeanLogit { get; } = new double[rows];

    /// <summary>Whether the target is the most likely token. [rows]</summary>
    public bool[] IsArgmax { get; } = new bool[rows];
}
