using Palimpsest.Evaluation;

namespace Palimpsest.Jobs.Evaluate;

/// <summary>What an evaluation found; kept in the run's folder as <c>artifacts/result.json</c>.</summary>
public sealed record EvaluateResult
{
    /// <summary>Whose data it was.</summary>
    public required string Subject { get; init; }

    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>The figures.</summary>
    public required IReadOnlyList<Measurement> Measurements { get; init; }

    /// <summary>Prompts with the model's answers.</summary>
    public required IReadOnlyList<JobSample> Samples { get; init; }

    /// <summary>Seconds of the evaluation.</summary>
    public required double Seconds { get; init; }
}
