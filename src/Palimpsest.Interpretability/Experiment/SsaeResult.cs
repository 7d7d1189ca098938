namespace Palimpsest.Interpretability.Experiment;

/// <summary>What a specialisation found.</summary>
public sealed record SsaeResult
{
    /// <summary>What is specialised to what.</summary>
    public required string Subject { get; init; }

    /// <summary>Tokens whose activations the general autoencoder learnt from.</summary>
    public required long Tokens { get; init; }

    /// <summary>Width and number of latents.</summary>
    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>Cross-entropy of the model on the domain and on general texts, nats a token.</summary>
    public required IReadOnlyList<double> Clean { get; init; }

    /// <summary>The same with zeroed activations.</summary>
    public required IReadOnlyList<double> Zeroed { get; init; }

    /// <summary>The model's perplexity on the domain before it learnt the topics; null where it learnt none.</summary>
    public double? BeforeLearning { get; init; }

    /// <summary>The autoencoders.</summary>
    public required IReadOnlyList<SsaeArmResult> Arms { get; init; }

    /// <summary>What the specialised autoencoder sees and the general one does not.</summary>
    public required IReadOnlyList<RareLatent> Rare { get; init; }
}
