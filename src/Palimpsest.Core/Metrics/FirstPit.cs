namespace Palimpsest.Metrics;

/// <summary>The step at which a chain of reasoning goes wrong, from the estimated chance of success after each step. Steps count from 1.</summary>
/// <remarks>Setlur et al., RL on Incorrect Synthetic Data Scales the Efficiency of LLM Math Reasoning, NeurIPS 2024, section 5: the "first pit" of Q values from rollouts.</remarks>
public static class FirstPit
{
    /// <summary>The first step with the least value.</summary>
    /// <param name="values">Q after each step.</param>
    /// <returns>Null without steps.</returns>
    public static int? Minimum(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Count == 0 ? null : Enumerable.Range(0, values.Count).MinBy(i => values[i]) + 1;
    }

    /// <summary>The first step from which no rollout succeeds.</summary>
    /// <param name="values">Q after each step.</param>
    /// <returns>Null if there is none.</returns>
    public static int? Zero(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Enumerable.Range(0, values.Count).Where(i => values[i] == 0).Select(i => (int?)i + 1).FirstOrDefault();
    }

    /// <summary>The first step with the greatest drop from the value before it.</summary>
    /// <param name="values">Q after each step.</param>
    /// <param name="problem">V, the value before the first step.</param>
    /// <returns>Null without steps, or if the problem's value is 0: then nothing was lost.</returns>
    public static int? LargestDrop(IReadOnlyList<double> values, double problem)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Count == 0 || problem == 0 ? null : Enumerable.Range(0, values.Count).MaxBy(i => (i == 0 ? problem : values[i - 1]) - values[i]) + 1;
    }

    // 1 - (1 - q)^K
    /// <summary>The chance that at least one of K independent samples is right.</summary>
    /// <param name="chance">Of one sample, in [0, 1].</param>
    /// <param name="samples">K, at least 0.</param>
    public static double BestOf(double chance, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        return 1 - Math.Pow(1 - chance, samples);
    }
}
