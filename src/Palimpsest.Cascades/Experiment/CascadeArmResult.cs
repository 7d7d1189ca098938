using System.Text.Json.Serialization;
using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Chains;

namespace Palimpsest.Cascades.Experiment;

/// <summary>What one policy reached on the test.</summary>
public sealed record CascadeArmResult
{
    /// <summary>The policy.</summary>
    public required string Name { get; init; }

    /// <summary>What a reader has to know of it.</summary>
    public required string Note { get; init; }

    /// <summary>The thresholds, one a tier but the last.</summary>
    public required IReadOnlyList<double?> Thresholds { get; init; }

    /// <summary>Bound of the error at each threshold; empty for thresholds that were not calibrated.</summary>
    public IReadOnlyList<double> Bounds { get; init; } = [];

    /// <summary>What could not be certified.</summary>
    public IReadOnlyList<string> Shortfalls { get; init; } = [];

    /// <summary>1 for each question answered rightly, 0 for the others.</summary>
    [JsonConverter(typeof(RightAnswersJson))]
    public required IReadOnlyList<double> Right { get; init; }

    /// <summary>Mean cost of a question, every call billed.</summary>
    public required double Cost { get; init; }

    /// <summary>Share of the questions that reach each tier.</summary>
    public required IReadOnlyList<double> Reach { get; init; }

    /// <summary>P(wrong, kept) - P(next wrong, kept) of the questions that reach each tier but the last.</summary>
    public required IReadOnlyList<double> Excess { get; init; }

    /// <summary>What the policy can reach with other thresholds.</summary>
    public required IReadOnlyList<FrontierPoint> Frontier { get; init; }

    /// <summary>Share of right answers at the budget; null if the policy cannot be so cheap.</summary>
    public double? AtBudget { get; init; }

    /// <summary>What each threshold of each tier did in the calibration; of the cascade by agreement alone.</summary>
    public IReadOnlyList<TierCertificate> Calibration { get; init; } = [];

    /// <summary>Share of right answers.</summary>
    internal double Accuracy => Right.Average();

    /// <summary>Share of the questions that the first tier passes on.</summary>
    internal double Deferred => Reach.Count > 1 ? Reach[1] : 0;
}
