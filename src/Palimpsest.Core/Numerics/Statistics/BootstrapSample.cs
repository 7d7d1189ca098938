namespace Palimpsest.Numerics.Statistics;

/// <summary>A statistic over resamples, and the intervals that follow from it.</summary>
/// <remarks>Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6, 13 and 14; Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 5.2.1 for the basic interval.</remarks>
/// <param name="estimate">The statistic of the items themselves.</param>
/// <param name="figures">The statistic of each resample; NaN are left out.</param>
public sealed class BootstrapSample(double estimate, IEnumerable<double> figures)
{
    private readonly double[] _sorted = [.. figures.Where(figure => !double.IsNaN(figure)).Order()];

    /// <summary>The statistic of the items themselves.</summary>
    public double Estimate { get; } = estimate;

    /// <summary>Number of resamples kept.</summary>
    public int Count => _sorted.Length;

    /// <summary>Standard deviation of the statistic over the resamples (with n - 1); NaN for fewer than two.</summary>
    public double StandardError
    {
        get
        {
            double mean = Count == 0 ? double.NaN : _sorted.Average();
            return Count < 2 ? double.NaN : Math.Sqrt(_sorted.Sum(figure => (figure - mean) * (figure - mean)) / (Count - 1));
        }
    }

    // Φ⁻¹((#{θ* < θ} + #{θ* ≤ θ}) / 2B)
    /// <summary>The bias correction z₀: how far the estimate lies from the middle of the resamples, in standard deviations; ties count half.</summary>
    public double BiasCorrection => Count == 0 ? double.NaN
        : NormalDistribution.Quantile((_sorted.Count(figure => figure < Estimate) + (double)_sorted.Count(figure => figure <= Estimate)) / (2.0 * Count));

    /// <summary>The interval between quantiles of the resamples.</summary>
    /// <param name="confidence">In (0, 1).</param>
    /// <returns>NaN ends without resamples.</returns>
    public Interval Percentile(double confidence = 0.95)
    {
        double tail = Tail(confidence);
        return new Interval(Estimate, Bootstrap.Quantile(_sorted, tail), Bootstrap.Quantile(_sorted, 1 - tail), confidence);
    }

    /// <summary>The percentile interval mirrored at the estimate: twice the estimate minus the quantiles.</summary>
    /// <inheritdoc cref="Percentile"/>
    public Interval Basic(double confidence = 0.95)
    {
        Interval percentile = Percentile(confidence);
        return new Interval(Estimate, (2 * Estimate) - percentile.Upper, (2 * Estimate) - percentile.Lower, confidence);
    }

    // α' = Φ(z₀ + (z₀ + z_α) / (1 - a (z₀ + z_α)))
    /// <summary>The bias-corrected and accelerated interval (BCa).</summary>
    /// <param name="leftOut">The statistic with each item left out once.</param>
    /// <param name="confidence">In (0, 1).</param>
    /// <returns>NaN ends without resamples, or if all of them lie on one side of the estimate: then there are too few for this interval.</returns>
    public Interval BiasCorrectedAccelerated(IReadOnlyList<double> leftOut, double confidence = 0.95)
    {
        double bias = BiasCorrection, acceleration = Acceleration(leftOut), z = NormalDistribution.Quantile(Tail(confidence));
        return new Interval(Estimate, End(z), End(-z), confidence);

        double End(double normal)
        {
            double share = NormalDistribution.Cumulative(bias + ((bias + normal) / (1 - (acceleration * (bias + normal)))));
            return double.IsFinite(bias) ? Bootstrap.Quantile(_sorted, share) : double.NaN;
        }
    }

    // Σ d³ / 6 (Σ d²)^1.5, d = mean - left-one-out
    /// <summary>The acceleration a of the BCa interval: how fast the standard error changes with the statistic, from the jackknife.</summary>
    /// <param name="leftOut">The statistic with each item left out once.</param>
    /// <returns>0 if leaving items out changes nothing.</returns>
    public static double Acceleration(IReadOnlyList<double> leftOut)
    {
        ArgumentNullException.ThrowIfNull(leftOut);
        double mean = leftOut.Count == 0 ? 0 : leftOut.Average(), squares = 0, cubes = 0;
        foreach (double figure in leftOut)
        {
            double d = mean - figure;
            squares += d * d;
            cubes += d * d * d;
        }

        return squares == 0 ? 0 : cubes / (6 * Math.Pow(squares, 1.5));
    }

    private static double Tail(double confidence) =>
        confidence is > 0 and < 1 ? (1 - confidence) / 2 : throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1.");
}
