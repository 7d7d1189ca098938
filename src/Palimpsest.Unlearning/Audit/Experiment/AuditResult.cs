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

    /// <summary>The model of before and the controls.</summary>
    public required IReadOnlyList<AuditBeside> Others { get; init; }

    /// <summary>The audited models.</summary>
    public required IReadOnlyList<AuditOutcome> Models { get; init; }

    /// <summary>What was left out for lack of time or material, a sentence each.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>Seconds of asking and relearning.</summary>
    public required double Seconds { get; init; }
}
