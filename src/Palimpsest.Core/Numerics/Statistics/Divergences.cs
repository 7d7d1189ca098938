namespace Palimpsest.Numerics.Statistics;

/// <summary>Distances between two discrete distributions. Logarithms are natural: figures are in nats; divide by ln 2 for bits.</summary>
/// <remarks>Cover and Thomas, Elements of Information Theory, chapter 2; Lin, Divergence measures based on the Shannon entropy, 1991. 0 ln 0 is 0.</remarks>
public static class Divergences
{
    /// <summary>-Σ p ln p.</summary>
    /// <param name="p">A distribution.</param>
    /// <exception cref="PalimpsestException">A number is negative or NaN, or they do not sum to 1 within 1e-6.</exception>
    public static double Entropy(ReadOnlySpan<double> p) => CrossEntropy(p, p);

    /// <summary>-Σ p ln q; infinite where q lacks support that p has.</summary>
    /// <param name="p">A distribution.</param>
    /// <param name="q">Another over the same values.</param>
    /// <exception cref="PalimpsestException">Sizes differ, a number is negative or NaN, or they do not sum to 1 within 1e-6.</exception>
    public static double CrossEntropy(ReadOnlySpan<double> p, ReadOnlySpan<double> q) => Sum(p, q, (a, b) => a == 0 ? 0 : -a * Math.Log(b));

    /// <summary>Kullback-Leibler divergence Σ p ln (p/q); infinite where q lacks support that p has.</summary>
    /// <inheritdoc cref="CrossEntropy"/>
    public static double KullbackLeibler(ReadOnlySpan<double> p, ReadOnlySpan<double> q) => Sum(p, q, Relative);

    /// <summary>Jensen-Shannon divergence (KL(p, m) + KL(q, m)) / 2 with m = (p + q) / 2; at most ln 2.</summary>
    /// <inheritdoc cref="CrossEntropy"/>
    public static double JensenShannon(ReadOnlySpan<double> p, ReadOnlySpan<double> q) => Sum(p, q, (a, b) => (Relative(a, (a + b) / 2) + Relative(b, (a + b) / 2)) / 2);

    /// <summary>Total variation Σ |p - q| / 2, in [0, 1].</summary>
    /// <inheritdoc cref="CrossEntropy"/>
    public static double TotalVariation(ReadOnlySpan<double> p, ReadOnlySpan<double> q) => Sum(p, q, (a, b) => Math.Abs(a - b) / 2);

    /// <summary>Hellinger distance √(Σ (√p - √q)² / 2), in [0, 1].</summary>
    /// <inheritdoc cref="CrossEntropy"/>
    public static double Hellinger(ReadOnlySpan<double> p, ReadOnlySpan<double> q) =>
        Math.Sqrt(Sum(p, q, (a, b) => (Math.Sqrt(a) - Math.Sqrt(b)) * (Math.Sqrt(a) - Math.Sqrt(b)) / 2));

    private static double Relative(double a, double b) => a == 0 ? 0 : a * Math.Log(a / b);

    private static double Sum(ReadOnlySpan<double> p, ReadOnlySpan<double> q, Func<double, double, double> term)
    {
        if (p.Length != q.Length)
        {
            throw new PalimpsestException($"Distributions over {p.Length} and {q.Length} values cannot be compared. Give both over the same values.");
        }

        double sum = 0, totalP = 0, totalQ = 0;
        for (int i = 0; i < p.Length; i++)
        {
            if (!(p[i] >= 0) || !(q[i] >= 0))
            {
                throw new PalimpsestException($"Probability {i + 1} is {p[i]} and {q[i]}; neither may be negative or NaN.");
            }

            totalP += p[i];
            totalQ += q[i];
            sum += term(p[i], q[i]);
        }

        return Math.Abs(totalP - 1) <= 1e-6 && Math.Abs(totalQ - 1) <= 1e-6
            ? sum
            : throw new PalimpsestException($"Probabilities sum to {totalP} and {totalQ} instead of 1. Divide them by their sums.");
    }
}
