namespace Palimpsest.Training.Meters;

/// <summary>Live native bytes of one step, and the process beside them.</summary>
/// <param name="Before">Before the first forward pass.</param>
/// <param name="Forward">After a forward pass; of several the most.</param>
/// <param name="Backward">After a backward pass, before the pass lets go of its tensors; of several the most.</param>
/// <param name="Step">After the optimizer's step.</param>
/// <param name="Resident">Bytes of pages in use after the step.</param>
public sealed record MemoryReading(long Before, long Forward, long Backward, long Step, long Resident);
