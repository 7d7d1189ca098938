namespace Palimpsest.Reasoning.Arms;

/// <summary>What is told of a training beside what the model can do.</summary>
public sealed record ArmNotes
{
    /// <summary>Optimizer steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Solutions that were learnt from; null where pairs were.</summary>
    public int? Solutions { get; init; }

    /// <summary>Pairs that were learnt from; null where solutions were.</summary>
    public int? Pairs { get; init; }

    /// <summary>Share of the pits that are the first wrong step, which generated tasks know; null where there are none.</summary>
    public double? PitPrecision { get; init; }

    /// <summary>Share of the pits that are the first step of their solution.</summary>
    public double? PitsOnFirstStep { get; init; }

    /// <summary>Wrong solutions without a pit: no rollout solves their problem.</summary>
    public int Unsolved { get; init; }

    /// <summary>Pairs that were left out because they were there before.</summary>
    public int Duplicates { get; init; }

    /// <summary>Wrong solutions without a right one that differs from them at the pit.</summary>
    public int Unmatched { get; init; }

    /// <summary>Whether the training diverged; the weights are the last finite ones, or those it began with.</summary>
    public bool Diverged { get; init; }

    /// <summary>What a reader has to know, such as why nothing could be learnt; empty for nothing.</summary>
    public string Remark { get; init; } = "";
}
