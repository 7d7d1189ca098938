using Palimpsest.Numerics;

namespace Palimpsest.Training.Objectives;

/// <summary>One forward and backward pass of a step.</summary>
/// <param name="step">Optimizer steps taken before.</param>
/// <param name="index">Number of the batch in the step, from 0.</param>
/// <param name="random">Draws of the objective's own.</param>
/// <param name="figures">Where figures for the log are added up over the step.</param>
public sealed class ObjectivePass(int step, int index, RandomStream random, StepFigures figures)
{
    /// <summary>Optimizer steps taken before.</summary>
    public int Step { get; } = step;

    /// <summary>Number of the batch in the step, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>Draws of the objective's own in this pass.</summary>
    public RandomStream Random { get; } = random;

    /// <summary>Adds to a figure of the log, which is the mean over the step: the sum of all sums over the sum of all counts.</summary>
    /// <param name="name">As the log names it, such as <c>rewards/chosen</c>.</param>
    /// <param name="sum">Sum over the items of this batch.</param>
    /// <param name="count">How many they are.</param>
    public void Report(string name, double sum, double count = 1) => figures.Add(name, sum, count);
}
