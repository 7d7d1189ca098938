using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Metrics;

/// <summary>Chooses the threshold above which a cascade's tier keeps its answers.</summary>
/// <remarks>Angelopoulos et al., Learn then Test, Annals of Applied Statistics 2025, for the fixed sequence; Bates et al., Distribution-free, Risk-controlling Prediction Sets, J. ACM 68 (2021), for bounds of monotone risks.</remarks>
public static class ThresholdCalibration
{
    /// <summary>The least threshold that keeps the joint error, or its excess, below a limit.</summary>
    /// <param name="table">Counts of each threshold (<see cref="CascadeCounts.Table"/>), in any order.</param>
    /// <param name="limit">The error allowed.</param>
    /// <param name="rule">How it is made sure.</param>
    /// <param name="confidence">Of the rules that have one, in (0, 1).</param>
    /// <returns>The threshold; null if none of the table satisfies the rule.</returns>
    public static double? Choose(IReadOnlyCollection<CascadeCounts> table, double limit, CalibrationRule rule, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(table);
        double level = 1 - confidence;
        return rule switch
        {
            CalibrationRule.PlugIn => Least(row => row.Error <= limit),
            CalibrationRule.PlugInExcess => Least(row => row.Error - row.NextError <= limit),
            CalibrationRule.ClopperPearson => Least(row => row.ErrorBound(confidence) <= limit),
            CalibrationRule.ClopperPearsonTwoSided => Least(row => row.ErrorBound(1 - (level / 2)) <= limit),
            CalibrationRule.Bonferroni => Least(row => row.ErrorBound(1 - (level / table.Count)) <= limit),
            CalibrationRule.FixedSequence => FixedSequence(table.Select(row => (row.Threshold, row.AcceptedWrong, row.Items)), limit, confidence),
            CalibrationRule.PairedClopperPearson => Least(row => row.LossBound(confidence) <= limit),
            CalibrationRule.HoeffdingExcess => Least(row => row.ExcessBound(confidence) <= limit),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "There is no such rule."),
        };

        double? Least(Func<CascadeCounts, bool> satisfied) => table.Where(satisfied).Min(row => (double?)row.Threshold);
    }

    // Reject while P(Bin(n, ε) ≤ errors) ≤ α
    /// <summary>Fixed-sequence testing from the strictest threshold on; for errors among the accepted items as well, where pointwise bounds are not valid.</summary>
    /// <param name="rows">Threshold, errors, and trials: all items for the joint error, accepted ones for the conditional error.</param>
    /// <param name="limit">The error allowed.</param>
    /// <param name="confidence">In (0, 1).</param>
    /// <returns>The last threshold before the first failure; null if the strictest fails.</returns>
    public static double? FixedSequence(IEnumerable<(double Threshold, int Errors, int Trials)> rows, double limit, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(rows);
        double? chosen = null;
        foreach ((double threshold, int errors, int trials) in rows.OrderByDescending(row => row.Threshold))
        {
            if (BetaFunction.BinomialCumulative(errors, trials, limit) > 1 - confidence)
            {
                break;
            }

            chosen = threshold;
        }

        return chosen;
    }
}
