namespace Palimpsest.Training;

/// <summary>The learning rate of each step: linear warm-up from 0, then constant or half a cosine.</summary>
/// <remarks>
/// As in transformers: with i steps done, w of warm-up and T in all, the factor is i / w for i below w, then 1, or r + (1 - r) (1 + cos(pi (i - w) / (T - w))) / 2 (Loshchilov and Hutter,
/// SGDR, arXiv 1608.03983, without restarts). The first step of a warm-up has rate 0.
/// </remarks>
public sealed record LearningRateSchedule(ScheduleKind Kind, double Peak, int WarmupSteps, int Steps, double FloorRatio = 0)
{
    /// <summary>The rate of the next step.</summary>
    /// <param name="stepsDone">Optimizer steps taken so far.</param>
    public double At(int stepsDone)
    {
        if (stepsDone < WarmupSteps)
        {
            return Peak * stepsDone / WarmupSteps;
        }

        if (Kind == ScheduleKind.Constant)
        {
            return Peak;
        }

        double progress = Math.Min(1, (stepsDone - WarmupSteps) / (double)Math.Max(1, Steps - WarmupSteps));
        return Peak * (FloorRatio + ((1 - FloorRatio) * 0.5 * (1 + Math.Cos(Math.PI * progress))));
    }
}
