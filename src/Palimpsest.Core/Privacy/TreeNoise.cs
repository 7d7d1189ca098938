using System.Numerics;

namespace Palimpsest.Privacy;

/// <summary>The noise of running sums by a binary tree (DP-FTRL): that of the first t updates is the sum of log₂ t numbers instead of t, without sampling.</summary>
/// <remarks>
/// Kairouz, McMahan, Song, Thakkar, Thakurta and Xu, Practical and Private (Deep) Learning without Sampling or Shuffling (2021): every completed dyadic interval
/// of steps is a node with noise of its own, and a prefix is the sum over the binary digits of t. With <c>refined</c>, Honaker's estimate (2015): a node of height
/// h is v of its own noise and 1 - v of its children's, v = 1 / (2 - 2^-h), which is then its variance too. Not safe for use by several threads at once.
/// </remarks>
/// <param name="length">Values of an update.</param>
/// <param name="deviation">Standard deviation of a node: the noise multiplier times the clipping norm; above 0.</param>
/// <param name="randomness">Draws the noise.</param>
/// <param name="refined">Whether nodes use what their children knew.</param>
public sealed class TreeNoise(int length, double deviation, PrivacyRandomness randomness, bool refined = false)
{
    private readonly List<double[]> _nodes = [];

    /// <summary>t, the steps that have noise.</summary>
    public long Steps { get; private set; }

    /// <summary>The noise multiplier of the single Gaussian release that is worth as much: σ / √(trees ⌈log₂(n + 1)⌉), for all accountants at rate 1.</summary>
    /// <remarks>An update lies in at most ⌈log₂(n + 1)⌉ nodes of its tree. Neighbours differ by one unit's updates replaced by zero, one a tree.</remarks>
    /// <param name="noise">σ of a node.</param>
    /// <param name="steps">n, the most steps between two restarts, at least 1.</param>
    /// <param name="trees">Trees that one unit appears in, once each; at least 1.</param>
    public static double EffectiveNoise(double noise, long steps, long trees = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(trees, 1);
        return noise / Math.Sqrt((double)trees * (BitOperations.Log2((ulong)steps) + 1));
    }

    /// <summary>Variance of the noise of a prefix, in units of a node's.</summary>
    /// <param name="steps">t, at least 1.</param>
    /// <param name="refined">Whether nodes use what their children knew.</param>
    public static double Variance(long steps, bool refined)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return Enumerable.Range(0, 63).Where(height => (steps >> height & 1) == 1).Sum(height => refined ? Share(height) : 1);
    }

    /// <summary>The noise of the sum of all updates up to the next step: what is released is that sum and this, not the difference to the last one.</summary>
    /// <param name="noise">Filled whole.</param>
    public void Next(Span<double> noise)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(noise.Length, length);
        Steps++;
        int height = BitOperations.TrailingZeroCount(Steps);
        while (_nodes.Count <= height)
        {
            _nodes.Add(new double[length]);
        }

        // The nodes below are those that this step completes; each is merged into the next one.
        double[] node = new double[length], own = new double[length];
        randomness.FillGaussian(node);
        for (int h = 1; h <= height; h++)
        {
            randomness.FillGaussian(own);
            double share = refined ? Share(h) : 1;
            for (int i = 0; i < length; i++)
            {
                node[i] = (share * own[i]) + ((1 - share) * (node[i] + _nodes[h - 1][i]));
            }
        }

        _nodes[height] = node;
        noise.Clear();
        for (int h = height; h < _nodes.Count; h++)
        {
            for (int i = 0; i < length && (Steps >> h & 1) == 1; i++)
            {
                noise[i] += deviation * _nodes[h][i];
            }
        }
    }

    private static double Share(int height) => 1 / (2 - Math.ScaleB(1, -height));
}
