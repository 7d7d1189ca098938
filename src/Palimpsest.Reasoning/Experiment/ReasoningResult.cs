namespace Palimpsest.Reasoning.Experiment;

/// <summary>What a run found.</summary>
public sealed record ReasoningResult
{
    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Every arm at every number of problems; the demonstrations alone are "sft".</summary>
    public required IReadOnlyList<ReasoningCell> Cells { get; init; }

    /// <summary>The model's own solutions, at every number at which arms are trained.</summary>
    public required IReadOnlyList<SampledSolutions> Samples { get; init; }

    /// <summary>Example solutions.</summary>
    public required IReadOnlyList<ReasoningTrace> Traces { get; init; }

    /// <summary>The cells of one arm, by ascending number of problems.</summary>
    internal IEnumerable<ReasoningCell> Of(string arm) => Cells.Where(cell => cell.Arm == arm).OrderBy(cell => cell.Problems);
}
