using Palimpsest.Evaluation;
using Palimpsest.Unlearning.BenignModifications;
using Palimpsest.Unlearning.Relearning;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>What an audit found about one model.</summary>
public sealed record AuditOutcome
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The name of the model that it was compared with; null without one.</summary>
    public string? Control { get; init; }

    /// <summary>Whether it was made by exact deletion and has the bits of one that never saw the data.</summary>
    public bool Exact { get; init; }

    /// <summary>Whether its weights are those of before, behind something that looks at prompts.</summary>
    public bool Weightless { get; init; }

    /// <summary>Steps of unlearning, where the audit took them.</summary>
    public int? UnlearnSteps { get; init; }

    /// <summary>The questions as they stand.</summary>
    public required IReadOnlyList<Measurement> Ordinary { get; init; }

    /// <summary>The questions in other forms; null where nothing was asked.</summary>
    public BenignResult? Benign { get; init; }

    /// <summary>Curves of relearning.</summary>
    public IReadOnlyList<RelearnCourse> Courses { get; init; } = [];

    /// <summary>What came back, one a set.</summary>
    public IReadOnlyList<RelearnRecovery> Recoveries { get; init; } = [];

    /// <summary>What comes back without training, in the order in which it was tried.</summary>
    public IReadOnlyList<UntrainedRecovery> Untrained { get; init; } = [];

    /// <summary>The measures of published benchmarks; null where there was no time for them.</summary>
    public AuditMeasures? Measures { get; init; }

    /// <summary>Why the model counts as broken; null where it does not.</summary>
    public string? Collapsed { get; init; }

    /// <summary>The verdict.</summary>
    public required AuditVerdict Verdict { get; init; }

    /// <summary>The verdict in sentences that a layperson can read.</summary>
    public required IReadOnlyList<string> Sentences { get; init; }
}
