using Palimpsest.Metrics;

namespace Palimpsest.Cascades.Certificates;

/// <summary>The threshold of a tier, and what is certain of it.</summary>
public sealed record TierCertificate
{
    /// <summary>The least threshold that keeps the error below the limit; null if none does, and the tier then passes everything on.</summary>
    public double? Threshold { get; init; }

    /// <summary>Questions that reached the tier in the calibration.</summary>
    public required int Items { get; init; }

    /// <summary>Confidence of this tier's bound.</summary>
    public required double Confidence { get; init; }

    /// <summary>The bound at the threshold; NaN without one.</summary>
    public double Bound { get; init; } = double.NaN;

    /// <summary>The bound that so many questions give where not a single error is among them: nothing below can be certified.</summary>
    public required double Smallest { get; init; }

    /// <summary>How many questions without an error the limit takes.</summary>
    public required int Needed { get; init; }

    /// <summary>What each candidate threshold does.</summary>
    public IReadOnlyList<CascadeCounts> Curve { get; init; } = [];
}
