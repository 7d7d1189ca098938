namespace Palimpsest.Models;

/// <summary>How the next token is chosen.</summary>
public sealed record SamplingOptions
{
    /// <summary>Most new tokens.</summary>
    /// <value>The default is 64.</value>
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>Divides the logits; 0 takes the most likely token.</summary>
    /// <value>The default is 0.</value>
    public double Temperature { get; init; }

    /// <summary>Only the K most likely tokens can be drawn; 0 for no limit.</summary>
    /// <value>The default is 0.</value>
    public int TopK { get; init; }

    /// <summary>Only the most likely tokens that together reach this probability can be drawn (Holtzman et al., arXiv 1904.09751), in (0, 1].</summary>
    /// <value>The default is 1.</value>
    public double TopP { get; init; } = 1;

    /// <summary>Whether an end token stops a sequence.</summary>
    /// <value>The default is true.</value>
    public bool StopAtEnd { get; init; } = true;
}
