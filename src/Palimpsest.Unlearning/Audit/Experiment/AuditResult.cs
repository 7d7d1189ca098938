using Palimpsest.Evaluation;
using Palimpsest.Unlearning.Relearning;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>What an audit found; kept in the run's folder as <c>artifacts/result.json</c>.</summary>
public sealed record AuditResult
{
    /// <summary>What the data is called.</summary>
    public required string Subject { get; init; }

    /// <summary>Questions to be forgotten.</summary>
    public required int Forget { get; init; }

    /// <summary>Questions to stay.</summary>
    public required int Retain { get; init; }

    /// <summary>The model of before, as it answers; null if it is not there.</summary>
    public IReadOnlyList<Measurement>? Original { get; init; }

    /// <summary>The model that never saw what is to be forgotten; null if it is not there.</summary>
    public IReadOnlyList<Measurement>? Control { get; init; }

    /// <summary>The control's curves of relearning.</summary>
    public IReadOnlyList<RelearnCourse> ControlCourses { get; init; } = [];

    /// <summary>The audited models.</summary>
    public required IReadOnlyList<AuditOutcome> Models { get; init; }

    /// <summary>What was left out for lack of time or material, a sentence each.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>Seconds of asking and relearning.</summary>
    public required double Seconds { get; init; }
}
