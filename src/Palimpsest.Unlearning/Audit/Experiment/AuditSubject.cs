using Palimpsest.Unlearning.Audit.Subjects;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>A model of an audit.</summary>
/// <param name="Name">Name in figures and reports.</param>
/// <param name="Source">A folder, a file or an embedded model.</param>
internal sealed record AuditSubject(string Name, string Source)
{
    /// <summary>Whether it was made by exact deletion and has the bits of one that never saw the data.</summary>
    public bool Exact { get; init; }

    /// <summary>What stands before the weights, which are those of the model of before; null for nothing.</summary>
    public WeightlessOptions? Weightless { get; init; }

    /// <summary>The model that never saw the data and is otherwise made as this one; null for the audit's own control.</summary>
    public AuditSubject? Control { get; init; }

    /// <summary>Steps of unlearning, where the audit took them.</summary>
    public int? Steps { get; init; }
}
