namespace Palimpsest.Training.Schedules;

/// <summary>The learning rate of each step: a warm-up, then one of the courses of <see cref="ScheduleKind"/>.</summary>
/// <remarks>
/// As in transformers 5. With i steps done, w of warm-up, T in all, floor r and p = (i - w) / (T - w), the factor is i / w for i below w (so the first step of a warm-up has rate 0), and then
/// r + (1 - r) f: 1 - p (linear), (1 + cos(pi p)) / 2 (cosine; Loshchilov and Hutter, SGDR, arXiv 1608.03983, without restarts), (1 + cos(pi frac(c p))) / 2 (with c cycles; 0 at p = 1).
/// Warm-up, stable, decay (Hu et al., MiniCPM, arXiv 2404.06395) rises from r, not from 0, and falls over the last d steps in the shape 1 - q, (1 + cos(pi q)) / 2 or 1 - sqrt(q)
/// (Hägele et al., arXiv 2405.18392), q running from 0 to 1. After T steps the factor stays at r.
/// </remarks>
/// <param name="Kind">Course after the warm-up.</param>
/// <param name="Peak">The highest rate.</param>
/// <param name="WarmupSteps">Steps of the warm-up.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="FloorRatio">Lowest rate as a share of the peak.</param>
public sealed record LearningRateSchedule(ScheduleKind Kind, double Peak, int WarmupSteps, int Steps, double FloorRatio = 0)
{
    /// <summary>Cycles of <see cref="ScheduleKind.CosineWithRestarts"/>.</summary>
    /// <value>The default is 1.</value>
    public int Cycles { get; init; } = 1;

    /// <summary>Last steps of <see cref="ScheduleKind.WarmupStableDecay"/>, over which the rate falls.</summary>
    /// <value>The default is 0.</value>
    public int DecaySteps { get; init; }

    /// <summary>Form of that fall.</summary>
    /// <value>The default is linear.</value>
    public RampShape DecayShape { get; init; } = RampShape.Linear;

    /// <summary>Form of the warm-up.</summary>
    /// <value>The default is linear.</value>
    public RampShape WarmupShape { get; init; } = RampShape.Linear;

    /// <summary>The rate of the next step.</summary>
    /// <param name="stepsDone">Optimizer steps taken so far.</param>
    public double At(int stepsDone)
    {
        if (stepsDone < WarmupSteps)
        {
            return Warmup(stepsDone);
        }

        if (Kind == ScheduleKind.Constant)
        {
            return Peak;
        }

        double progress = Math.Min(1, (stepsDone - WarmupSteps) / (double)Math.Max(1, Steps - WarmupSteps));
        return Kind switch
        {
            ScheduleKind.Linear => Above(1 - progress),
            ScheduleKind.CosineWithRestarts => Above(progress >= 1 ? 0 : 0.5 * (1 + Math.Cos(Math.PI * (Cycles * progress % 1)))),
            ScheduleKind.WarmupStableDecay => Above(Rise(DecayShape, 1 - Math.Clamp((stepsDone - (Steps - DecaySteps)) / (double)Math.Max(1, DecaySteps), 0, 1))),
            _ => Peak * (FloorRatio + ((1 - FloorRatio) * 0.5 * (1 + Math.Cos(Math.PI * progress)))),
        };
    }

    private double Warmup(int stepsDone)
    {
        double height = Rise(WarmupShape, stepsDone / (double)WarmupSteps);
        return Kind == ScheduleKind.WarmupStableDecay ? Above(height) : WarmupShape == RampShape.Linear ? Peak * stepsDone / WarmupSteps : Peak * height;
    }

    private double Above(double factor) => Peak * (FloorRatio + ((1 - FloorRatio) * factor));

    // A fall is a rise backwards.
    private static double Rise(RampShape shape, double progress) => shape switch
    {
        RampShape.Cosine => 0.5 * (1 - Math.Cos(Math.PI * progress)),
        RampShape.OneMinusSqrt => 1 - Math.Sqrt(1 - progress),
        _ => progress,
    };
}
