using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Jobs.Finetune;

/// <summary>How a training went.</summary>
/// <param name="State">Where it ended.</param>
/// <param name="MeanLength">Mean length of the examples in tokens.</param>
/// <param name="LeftOut">Examples left out.</param>
/// <param name="FillRate">Share of the batches that was tokens.</param>
/// <param name="UnpackedFillRate">The same if each example had had a row of its own.</param>
internal sealed record FinetuneCourse(TrainState State, double MeanLength, long LeftOut, double FillRate, double UnpackedFillRate);
