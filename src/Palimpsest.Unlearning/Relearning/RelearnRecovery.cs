using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Unlearning.Relearning.Exams;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>How much of what was unlearnt came back, beyond what the same treatment gives a model that could not know it.</summary>
/// <remarks>The share is (relearned - control relearned) / (before unlearning - control), each at the best step of its own course. Its interval is a bootstrap
/// over subjects; the best steps are held fixed in it. The share can lie below 0 (the control learnt more) and above 1 (more came back than was
/// there).</remarks>
public sealed record RelearnRecovery
{
    // Of less knowledge no share is to be had: the interval would be that of noise over noise.
    private const double LeastKnowledge = 0.05;

    /// <summary>The relearning set.</summary>
    public required string Set { get; init; }

    /// <summary>The metric.</summary>
    public required string Metric { get; init; }

    /// <summary>What the control is: "never learned", or "unrelated text" where no such model is at hand.</summary>
    public required string ControlledBy { get; init; }

    /// <summary>The share that came back with its interval; null where the model knew hardly more before than the control does.</summary>
    public required Interval? Share { get; init; }

    /// <summary>Before unlearning.</summary>
    public required double Before { get; init; }

    /// <summary>After unlearning.</summary>
    public required double Unlearned { get; init; }

    /// <summary>At the best step of relearning.</summary>
    public required double Relearned { get; init; }

    /// <summary>The control before relearning; for unrelated text the unlearned model.</summary>
    public required double Control { get; init; }

    /// <summary>The control at the best step of its own relearning.</summary>
    public required double ControlRelearned { get; init; }

    /// <summary>The best step.</summary>
    public required int BestStep { get; init; }

    /// <summary>The first step at which half of the lost knowledge was back beyond the control's best; null where it never was.</summary>
    public required int? StepsToHalf { get; init; }

    /// <summary>Compares courses.</summary>
    /// <param name="metric">Which metric.</param>
    /// <param name="subjects">Whom or what each item is about.</param>
    /// <param name="before">The model before unlearning, one figure an item.</param>
    /// <param name="unlearned">The unlearned model on the set.</param>
    /// <param name="control">The model that never learned the data on the same set, or the unlearned model on unrelated text.</param>
    /// <param name="neverLearned">Whether the control is a model that never learned the data.</param>
    /// <param name="random">Draws the resamples.</param>
    public static RelearnRecovery Of(string metric, IReadOnlyList<string> subjects, IReadOnlyList<double> before, RelearnCourse unlearned,
        RelearnCourse control, bool neverLearned, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(unlearned);
        ArgumentNullException.ThrowIfNull(control);
        double sign = RelearnMetrics.Sign(metric);
        RelearnPoint best = unlearned.Best(metric), bestControl = control.Best(metric), start = control.Points[0];
        double gained(RelearnPoint point) => sign * (point.Mean(metric) - bestControl.Mean(metric));
        double lost = sign * (before.Average() - start.Mean(metric));
        (double Back, double Lost)[] groups = [.. Enumerable.Range(0, subjects.Count).GroupBy(i => subjects[i], StringComparer.Ordinal).Select(group =>
            (group.Sum(i => best.Items[metric][i] - bestControl.Items[metric][i]), group.Sum(i => before[i] - start.Items[metric][i])))];
        return new RelearnRecovery
        {
            Set = unlearned.Set,
            Metric = metric,
            ControlledBy = neverLearned ? "never learned" : "unrelated text",
            Share = lost < LeastKnowledge ? null : Bootstrap.Ratio(groups, random),
            Before = before.Average(),
            Unlearned = unlearned.Points[0].Mean(metric),
            Relearned = best.Mean(metric),
            Control = start.Mean(metric),
            ControlRelearned = bestControl.Mean(metric),
            BestStep = best.Step,
            StepsToHalf = lost < LeastKnowledge ? null : unlearned.Points.FirstOrDefault(point => gained(point) >= lost / 2)?.Step,
        };
    }
}
