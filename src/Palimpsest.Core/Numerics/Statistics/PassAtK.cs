namespace Palimpsest.Numerics.Statistics;

/// <summary>The unbiased estimate of the probability that at least one of k samples is right.</summary>
/// <remarks>Chen et al., Evaluating Large Language Models Trained on Code, 2021, equation 1.</remarks>
public static class PassAtK
{
    // 1 - C(n - c, k) / C(n, k) = 1 - Π_{i = n-c+1}^{n} (1 - k/i)
    /// <summary>The estimate from more samples than k.</summary>
    /// <param name="samples">n, at least <paramref name="k"/>.</param>
    /// <param name="correct">c, between 0 and n.</param>
    /// <param name="k">At least 1.</param>
    /// <returns>In [0, 1].</returns>
    public static double Estimate(int samples, int correct, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, k);
        ArgumentOutOfRangeException.ThrowIfNegative(correct);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, samples);
        if (samples - correct < k)
        {
            return 1;
        }

        double none = 1;
        for (int i = samples - correct + 1; i <= samples; i++)
        {
            none *= 1 - ((double)k / i);
        }

        return 1 - none;
    }
}
