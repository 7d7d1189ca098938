using Palimpsest.Interpretability.Ssae;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What one autoencoder reached.</summary>
public sealed record SsaeArmResult
{
    /// <summary>The arm, with the estimator where it is not the plain mean, such as <c>dense+ess</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Strength of the sparsity.</summary>
    public required double Sparsity { get; init; }

    /// <summary>Documents that it was finetuned on; 0 for the general one as it is.</summary>
    public int Documents { get; init; }

    /// <summary>Documents among them that belong to the domain, where that is known.</summary>
    public int? OfDomain { get; init; }

    /// <summary>On texts of the domain that were never trained on.</summary>
    public required SetFigures Domain { get; init; }

    /// <summary>On general texts that were never trained on.</summary>
    public required SetFigures General { get; init; }

    /// <summary>For the token types of the domain's texts, from the rarest on: whether some latent stands for each.</summary>
    public required IReadOnlyList<bool> Covered { get; init; }

    /// <summary>For each concept of the domain, where concepts are known, the latent that tells it best.</summary>
    public required IReadOnlyList<ConceptFinding> Concepts { get; init; }

    /// <summary>Squared error of the domain's tokens of the rarer half of types: mean, variance and maximum, as shares of the mean squared length.</summary>
    public required IReadOnlyList<double> TailError { get; init; }

    /// <summary>Mean F1 of the token-set explainer over the latents that fire often enough.</summary>
    public required double TokenSetF1 { get; init; }

    /// <summary>What the last step of its training reported: terms, tilt, effective share of the batch, share of weights cut off, largest errors.</summary>
    public required IReadOnlyDictionary<string, double> LastStep { get; init; }

    /// <summary>Seconds of its training.</summary>
    public double Seconds { get; init; }

    /// <summary>Types of the rarer half that some latent stands for.</summary>
    internal int TailCovered => Covered.Take(Covered.Count / 2).Count(covered => covered);

    /// <summary>Concepts that some latent tells well enough.</summary>
    internal int Seen => Concepts.Count(concept => concept.F1 >= ConceptFinding.Seen);
}
