namespace Palimpsest.Reasoning.Experiment;

/// <summary>How many times more demonstrations alone would have to be learnt to err as rarely: D'/D, where the curve of the demonstrations' errors reaches the
/// arm's error at D'.</summary>
/// <param name="Value">The ratio; at an end of the curve, the ratio there.</param>
/// <param name="Bound">1 where the arm errs more rarely than the largest model of demonstrations, so that the ratio is at least so much; -1 where it errs more
/// often than the smallest, so that it is at most so much; 0 for a ratio.</param>
/// <remarks>Section 9.3 of the specification: monotone interpolation in log-log. An arm that errs as often as the demonstrations of its own number is
/// worth at most that number, whatever pooling makes of a curve that rises behind it.</remarks>
public readonly record struct EfficiencyRatio(double Value, int Bound)
{
    // An error of 0 has no logarithm; half a mistake stands for it.
    private const double HalfMistake = 0.5;

    /// <summary>The ratio of one arm.</summary>
    /// <param name="sft">Problems and mistakes of the demonstrations alone, ascending in problems; at least one.</param>
    /// <param name="problems">Problems of the arm.</param>
    /// <param name="mistakes">Its mistakes.</param>
    /// <param name="test">Questions of the test.</param>
    public static EfficiencyRatio Of(IReadOnlyList<(int Problems, double Mistakes)> sft, int problems, double mistakes, int test)
    {
        ArgumentNullException.ThrowIfNull(sft);
        double Log(double wrong) => Math.Log(Math.Max(wrong, HalfMistake) / test);
        double[] size = [.. sft.Select(point => Math.Log(point.Problems))], error = Falling([.. sft.Select(point => Log(point.Mistakes))]);
        double own = Log(mistakes);
        EfficiencyRatio reached = Reached(size, error, own, sft, problems);
        return reached.Value > 1 && sft.Any(point => point.Problems == problems && point.Mistakes <= mistakes) ? new EfficiencyRatio(1, -1) : reached;
    }

    /// <summary>"3.2", "at least 8.0" or "at most 0.5"</summary>
    public override string ToString() => FormattableString.Invariant($"{(Bound > 0 ? "at least " : Bound < 0 ? "at most " : "")}{Value:F2}");

    /// <summary>The nearest sequence that never rises: neighbours that rise are pooled in their mean.</summary>
    internal static double[] Falling(double[] values)
    {
        List<(double Mean, int Count)> pools = [];
        foreach (double value in values)
        {
            (double Mean, int Count) last = (value, 1);
            while (pools.Count > 0 && pools[^1].Mean < last.Mean)
            {
                last = (((pools[^1].Mean * pools[^1].Count) + (last.Mean * last.Count)) / (pools[^1].Count + last.Count), pools[^1].Count + last.Count);
                pools.RemoveAt(pools.Count - 1);
            }

            pools.Add(last);
        }

        return [.. pools.SelectMany(pool => Enumerable.Repeat(pool.Mean, pool.Count))];
    }

    private static EfficiencyRatio Reached(double[] size, double[] error, double own, IReadOnlyList<(int Problems, double Mistakes)> sft, int problems)
    {
        if (own > error[0])
        {
            return new EfficiencyRatio(sft[0].Problems / (double)problems, -1);
        }

        if (own < error[^1])
        {
            return new EfficiencyRatio(sft[^1].Problems / (double)problems, 1);
        }

        // Where the curve is flat the first number of problems counts that reaches the error.
        int place = Array.FindIndex(error, value => value <= own);
        double reached = place == 0 || error[place] == own ? size[place]
            : size[place - 1] + ((size[place] - size[place - 1]) * (error[place - 1] - own) / (error[place - 1] - error[place]));
        return new EfficiencyRatio(Math.Exp(reached) / problems, 0);
    }
}
