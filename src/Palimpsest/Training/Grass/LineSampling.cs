using Palimpsest.Numerics;

namespace Palimpsest.Training.Grass;

/// <summary>Which rows of a gradient are selected, and the scales that they get.</summary>
/// <remarks>
/// With probabilities q_i, r draws with replacement have scales rho = 1 / sqrt(r q), so that E[P P^T] = I. Without replacement the r largest of log q_i
/// plus Gumbel noise are taken
/// (Vieira 2014; Kool et al., arXiv 1903.06059), with rho 1, or sqrt(m / r) for uniform ones, which keeps these unbiased. Rows of norm 0 come last.
/// </remarks>
internal static class LineSampling
{
    /// <summary>Selects.</summary>
    /// <param name="options">The scheme.</param>
    /// <param name="count">How many.</param>
    /// <param name="lines">Of how many.</param>
    /// <param name="squares">Squared norms, finite and at least 0; unused by the uniform scheme.</param>
    /// <param name="random">Draws.</param>
    /// <returns>Indices, ascending unless drawn with replacement, and scales; null where all norms that count are 0.</returns>
    public static (long[] Lines, float[] Scales)? Choose(GrassOptions options, int count, int lines, double[] squares, RandomStream random)
    {
        double[] weights = options.Selection switch
        {
            LineScheme.Uniform => [.. Enumerable.Repeat(1.0, lines)],
            LineScheme.Norm => [.. squares.Select(Math.Sqrt)],
            _ => squares,
        };
        double total = weights.Sum();
        if (total == 0)
        {
            return null;
        }

        if (options.Replacement)
        {
            long[] drawn = [.. Enumerable.Range(0, count).Select(_ => Draw(weights, random.NextDouble() * total))];
            return (drawn, [.. drawn.Select(line => (float)(1 / Math.Sqrt(count * weights[line] / total)))]);
        }

        double[] keys = options.Selection == LineScheme.Top
            ? weights : [.. weights.Select(weight => Math.Log(weight) - Math.Log(-Math.Log(1 - random.NextDouble())))];
        long[] chosen = [.. Enumerable.Range(0, lines).OrderByDescending(line => keys[line]).Take(count).Order().Select(line => (long)line)];
        float scale = options.Selection == LineScheme.Uniform ? (float)Math.Sqrt((double)lines / count) : 1;
        return (chosen, [.. Enumerable.Repeat(scale, count)]);
    }

    private static long Draw(double[] weights, double at)
    {
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            last = weights[i] > 0 ? i : last;
            at -= weights[i];
            if (at < 0)
            {
                return i;
            }
        }

        return last; // rounding of the sum
    }
}
