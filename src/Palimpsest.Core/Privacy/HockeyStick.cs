using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Privacy;

/// <summary>The hockey-stick divergence of the subsampled Gaussian: the smallest δ for each ε, of one release and one adjacency.</summary>
/// <remarks>
/// P = (1 - q) N(0, σ²) + q N(1, σ²) and Q = N(0, σ²). Removing: sup over events of P - e^ε Q, reached at x > x*; adding: Q - e^ε P, at x &lt; x*.
/// The likelihood ratio at x* is w(x*) = e^±ε, so that u = ln((e^±ε - 1 + q) / q) and x* = σ² u + 1/2 (Zhu, Dong and Wang 2022; dp-accounting's documentation).
/// </remarks>
internal readonly record struct HockeyStick(SubsampledGaussian Mechanism, Adjacency Adjacency)
{
    // Mass e^-50 beyond either end of the normal distribution is left out; it becomes mass at infinity.
    private static readonly double s_deviations = -NormalDistribution.Quantile(0.5 * Math.Exp(-50));

    /// <summary>δ(ε).</summary>
    public double Delta(double epsilon)
    {
        (double q, double sigma) = (Mechanism.Rate, Mechanism.Noise);
        double ratio = Adjacency == Adjacency.Remove ? epsilon : -epsilon;
        if (ratio <= LogSpace.Log1p(-q))
        {
            return Adjacency == Adjacency.Remove ? -LogSpace.Expm1(epsilon) : 0;
        }

        double u = (ratio > 1 ? ratio + LogSpace.Log1p((q - 1) * Math.Exp(-ratio)) : Math.Log(LogSpace.Expm1(ratio) + q)) - Math.Log(q);
        double threshold = (sigma * sigma * u) + 0.5;
        return Adjacency == Adjacency.Remove
            ? q * GaussianMechanism.TailDifference((threshold - 1) / sigma, threshold / sigma, u)
            : (1 - (Math.Exp(epsilon) * (1 - q))) * GaussianMechanism.TailDifference(-threshold / sigma, (1 - threshold) / sigma, -u);
    }

    /// <summary>The losses between which all but a vanishing mass lies.</summary>
    public (double Lower, double Upper) Range()
    {
        double z = s_deviations * Mechanism.Noise, lower = Loss(-z), upper = Loss(z + 1);
        return Adjacency == Adjacency.Remove ? (lower, upper) : (-upper, Math.Min(-lower, -LogSpace.Log1p(-Mechanism.Rate)));
    }

    private double Loss(double x) => SubsampledGaussian.LogWeight(Mechanism.Rate, (x - 0.5) / (Mechanism.Noise * Mechanism.Noise));
}
