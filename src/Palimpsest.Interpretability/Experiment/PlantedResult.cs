namespace Palimpsest.Interpretability.Experiment;

/// <summary>What was found again of known directions.</summary>
public sealed record PlantedResult
{
    /// <summary>The autoencoders.</summary>
    public required IReadOnlyList<PlantedArmResult> Arms { get; init; }

    /// <summary>Documents of the domain among those that were retrieved.</summary>
    public required double OfDomain { get; init; }
}

/// <summary>What one autoencoder found again.</summary>
/// <param name="Name">The arm.</param>
/// <param name="General">Share of the general directions with a latent of cosine above 0.9 that tells them with F1 above 0.7.</param>
/// <param name="Domain">Share of the domain's directions.</param>
/// <param name="Rarest">Share of the rarest third of these.</param>
/// <param name="L0">Active latents a row of the domain.</param>
/// <param name="ExplainedVariance">On rows of the domain.</param>
/// <param name="WorstError">The largest squared error of a row of the domain.</param>
public sealed record PlantedArmResult(string Name, double General, double Domain, double Rarest, double L0, double ExplainedVariance, double WorstError);
