using Palimpsest.Interpretability.Ssae;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What a training of an autoencoder gave.</summary>
public sealed record SaeResult
{
    /// <summary>Architecture, width and latents.</summary>
    public required string Subject { get; init; }

    /// <summary>Tokens that were trained on, repeats counted.</summary>
    public required long Tokens { get; init; }

    /// <summary>On texts that were not trained on.</summary>
    public required SetFigures Figures { get; init; }

    /// <summary>Cross-entropy of the model as it is, nats a token.</summary>
    public required double Clean { get; init; }

    /// <summary>Share of the evaluation's tokens on which each latent fires, rising.</summary>
    public required IReadOnlyList<double> Densities { get; init; }

    /// <summary>Seconds of the training.</summary>
    public required double Seconds { get; init; }
}
