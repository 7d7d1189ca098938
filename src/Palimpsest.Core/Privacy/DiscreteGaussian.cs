namespace Palimpsest.Privacy;

/// <summary>The discrete Gaussian mechanism: whole numbers with weight e^(-x² / (2σ²)) are added to a whole number that one unit changes by at most 1.</summary>
/// <param name="Noise">σ, the parameter; below about 0.7 it is more than the standard deviation.</param>
/// <remarks>
/// Canonne, Kamath and Steinke, The Discrete Gaussian for Differential Privacy (2020). RDP by its definition, summed over all numbers that matter; never above that
/// of the continuous Gaussian (their theorem 4). Neighbours change the number by 1; adding and removing are the same by symmetry.
/// </remarks>
public readonly record struct DiscreteGaussian(double Noise) : IRdpMechanism
{
    // e^(-x² / (2σ²)) beyond forty deviations is zero in 64 bits.
    private const int Deviations = 40;

    /// <summary>Variance of the noise: σ² but for a small σ.</summary>
    public double Variance
    {
        get
        {
            int reach = Reach();
            double logNorm = LogNorm(reach), scale = 2 * Noise * Noise;
            return Enumerable.Range(1, reach).Sum(x => 2.0 * x * x * Math.Exp((-(double)x * x / scale) - logNorm));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">The noise is none.</exception>
    public double[] Rdp(IReadOnlyList<double> orders)
    {
        ArgumentNullException.ThrowIfNull(orders);
        int reach = Reach();
        double scale = 2 * Noise * Noise, logNorm = LogNorm(reach);

        // E_Q (P/Q)^α = Σ e^((α (2x - 1) - x²) / (2σ²)) / Z, whose terms are largest around x = α.
        return [.. orders.Select(order => (Sum(reach, (int)Math.Round(order), x => ((order * ((2 * x) - 1)) - (x * x)) / scale) - logNorm) / (order - 1))];
    }

    /// <summary>The privacy loss distribution of one release: losses (2x + 1) / (2σ²), rounded up to the grid.</summary>
    internal PrivacyLossDistribution Losses(double interval)
    {
        int reach = Reach();
        double scale = 2 * Noise * Noise, logNorm = LogNorm(reach);
        return PrivacyLossDistribution.Of(
            Enumerable.Range(-reach, (2 * reach) + 1).Select(x => (((2.0 * x) + 1) / scale, Math.Exp((-(double)x * x / scale) - logNorm))), interval);
    }

    private int Reach()
    {
        new SubsampledGaussian(1, Noise).Check();
        return (int)Math.Ceiling(Deviations * Noise) + 1;
    }

    private double LogNorm(int reach)
    {
        double scale = 2 * Noise * Noise;
        return Sum(reach, 0, x => -x * x / scale);
    }

    private static double Sum(int reach, int middle, Func<double, double> log)
    {
        double sum = double.NegativeInfinity;
        for (int x = middle - reach; x <= middle + reach; x++)
        {
            sum = LogSpace.Add(sum, log(x));
        }

        return sum;
    }
}
