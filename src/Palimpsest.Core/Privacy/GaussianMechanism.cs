using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Privacy;

/// <summary>The Gaussian mechanism without sampling, exactly.</summary>
/// <remarks>
/// Balle and Wang, Improving the Gaussian Mechanism for Differential Privacy (2018), theorem 8: δ = Φ(1/(2σ) - εσ) - e^ε Φ(-1/(2σ) - εσ). T releases with
/// multiplier σ are one with σ/√T. The classical √(2 ln(1.25/δ))/ε holds for ε below 1 only and is not offered.
/// </remarks>
public static class GaussianMechanism
{
    /// <summary>δ, to full relative precision.</summary>
    /// <param name="epsilon">Any number; a negative one is meaningful to a hockey-stick divergence.</param>
    /// <param name="noise">σ, above 0.</param>
    public static double Delta(double epsilon, double noise) => TailDifference((epsilon * noise) - (0.5 / noise), (epsilon * noise) + (0.5 / noise), epsilon);

    /// <summary>The smallest ε, at least 0.</summary>
    /// <param name="noise">σ, above 0.</param>
    /// <param name="delta">In (0, 1).</param>
    public static double Epsilon(double noise, double delta)
    {
        PrivacyChecks.Delta(delta);
        if (Delta(0, noise) <= delta)
        {
            return 0;
        }

        double high = 1;
        while (Delta(high, noise) > delta)
        {
            high *= 2;
        }

        return Bisection.Upper(epsilon => Delta(epsilon, noise) <= delta, 0, high);
    }

    /// <summary>The smallest noise multiplier for (ε, δ).</summary>
    /// <param name="epsilon">At least 0.</param>
    /// <param name="delta">In (0, 1).</param>
    public static double Noise(double epsilon, double delta)
    {
        PrivacyChecks.Epsilon(epsilon);
        PrivacyChecks.Delta(delta);
        double high = 1;
        while (Delta(epsilon, high) > delta)
        {
            high *= 2;
        }

        return Bisection.Upper(noise => Delta(epsilon, noise) <= delta, 0, high);
    }

    /// <summary>Q(near) - e^v Q(far) for Q = 1 - Φ and φ(near) = φ(far) e^v, near &lt; far: both terms carry the same power, which Mills' ratio leaves out,
    /// so nothing cancels.</summary>
    internal static double TailDifference(double near, double far, double v)
    {
        if (far <= 0)
        {
            return NormalDistribution.Survival(near) - (Math.Exp(v) * NormalDistribution.Survival(far));
        }

        double density = NormalDistribution.Density(near), beyond = NormalDistribution.MillsRatio(far);
        return near > 0 ? density * (NormalDistribution.MillsRatio(near) - beyond) : NormalDistribution.Survival(near) - (density * beyond);
    }
}
