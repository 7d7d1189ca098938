namespace Palimpsest.Interpretability.Dashboards;

/// <summary>What is shown of a latent.</summary>
public sealed record LatentRecord
{
    /// <summary>Its number.</summary>
    public required int Index { get; init; }

    /// <summary>Share of the tokens on which it fires.</summary>
    public required double Density { get; init; }

    /// <summary>Its largest activation.</summary>
    public required float Max { get; init; }

    /// <summary>How many of its firings lie in each tenth of the way from 0 to the largest.</summary>
    public required IReadOnlyList<int> Histogram { get; init; }

    /// <summary>Pieces of text, from the strongest on.</summary>
    public required IReadOnlyList<LatentExample> Examples { get; init; }

    /// <summary>The tokens that its direction makes more likely, with what it adds to their scores; empty where it does not lie in the residual
    /// stream.</summary>
    public required IReadOnlyList<(int Token, float Score)> Promoted { get; init; }

    /// <summary>Those that it makes less likely.</summary>
    public required IReadOnlyList<(int Token, float Score)> Suppressed { get; init; }
}
