using Palimpsest.Metrics;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>The estimated chance of success behind each step of a solution, from counts of right rollouts.</summary>
/// <remarks>Setlur et al., NeurIPS 2024, equation 3. Counts are compared, not quotients: 0.8 - 0.6 and 0.6 - 0.4 are not the same in floating point.</remarks>
/// <param name="Solved">Right rollouts from the bare problem.</param>
/// <param name="Asked">Rollouts from the bare problem, at least 1.</param>
/// <param name="Successes">Right rollouts from behind each step, null where none were made.</param>
/// <param name="Rollouts">Rollouts from behind each step, at least 1.</param>
public sealed record StepValues(int Solved, int Asked, IReadOnlyList<int?> Successes, int Rollouts)
{
    /// <summary>V: the chance of success of the bare problem.</summary>
    public double Problem => (double)Solved / Asked;

    /// <summary>Q: the chance of success behind a step, counted from 1; V for 0. Null where no rollouts were made.</summary>
    public double? Value(int step) => step == 0 ? Problem : Successes[step - 1] is int right ? (double)right / Rollouts : null;

    // A_i = Q_i - Q_{i-1}, Q_0 = V
    /// <summary>What a step changes; null where a value is missing.</summary>
    public double? Advantage(int step) => Value(step) - Value(step - 1);

    /// <summary>Wilson's interval of a value at 95%; null where no rollouts were made.</summary>
    public Interval? IntervalOf(int step) => step == 0 ? ProportionIntervals.Wilson(Solved, Asked)
        : Successes[step - 1] is int right ? ProportionIntervals.Wilson(right, Rollouts) : null;

    /// <summary>The value under the best of K rollouts: whether any of them is right. Null where no rollouts were made.</summary>
    public bool? AnyRight(int step) => (step == 0 ? Solved : Successes[step - 1]) is int right ? right > 0 : null;

    /// <summary>The steps with the largest change first, of equal ones the earlier; steps without a value are left out.</summary>
    public IReadOnlyList<int> Critical()
    {
        double[] scaled = [.. Scaled()];
        return [.. Enumerable.Range(1, scaled.Length).OrderByDescending(step =>
            Math.Abs(scaled[step - 1] - (step == 1 ? (double)Solved * Rollouts : scaled[step - 2])))];
    }

    /// <summary>Where the solution goes wrong, counted from 1, by the values up to the first that is missing.</summary>
    /// <returns>Null where the rule finds none.</returns>
    public int? Pit(PitRule rule)
    {
        double[] scaled = [.. Scaled()];
        return rule switch
        {
            PitRule.FirstMinimum => FirstPit.Minimum(scaled),
            PitRule.FirstZero => FirstPit.Zero(scaled),
            _ => FirstPit.LargestDrop(scaled, (double)Solved * Rollouts),
        };
    }

    // Whole numbers over the common denominator Asked * Rollouts, so that differences are exact.
    private IEnumerable<double> Scaled() => Successes.TakeWhile(right => right is not null).Select(right => (double)right!.Value * Asked);
}
