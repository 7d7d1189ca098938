using Palimpsest.Numerics;
using Palimpsest.Training.Ranks;
using static TorchSharp.torch;

namespace Palimpsest.Training.Grass;

/// <summary>A sketch of a gradient whose lines have about the norms of the gradient's: what processes have to add up to select the same ones.</summary>
/// <remarks>
/// Grass, the distributed form: the gradient is cut to m x r by drawing r columns by their norms. With q_j proportional to the norm of column j in all
/// processes and r draws with
/// replacement, S = G[:, drawn] / sqrt(r q) has E[S S^T] = G G^T (length-squared sampling: Drineas, Kannan and Mahoney 2006), so E||S_i||^2 = ||G_i||^2. All
/// processes draw the same columns.
/// </remarks>
internal static class LineSketch
{
    /// <summary>The sketch of the sum over all processes.</summary>
    /// <param name="whole">The gradient of this process, [out, in], f32.</param>
    /// <param name="byRows">Whether lines are rows, so that columns are drawn.</param>
    /// <param name="rank">How many are drawn.</param>
    /// <param name="random">The same draws in all processes.</param>
    /// <param name="ranks">The processes.</param>
    /// <returns>[out, r] where lines are rows, else [r, in].</returns>
    public static Tensor Of(Tensor whole, bool byRows, int rank, RandomStream random, IRanks ranks)
    {
        double[] squares = [.. linalg.vector_norm(whole, 2.0, [byRows ? 0L : 1L]).to_type(ScalarType.Float64).square().data<double>()];
        ranks.Sum(squares);
        GrassOptions byNorm = new() { Selection = LineScheme.Norm, Replacement = true };
        if (!squares.All(double.IsFinite) || LineSampling.Choose(byNorm, rank, squares.Length, squares, random) is not var (drawn, scales))
        {
            // All zero, or with something that is no number, which then shows in the sketch.
            drawn = [.. Enumerable.Repeat((long)Math.Max(0, Array.FindIndex(squares, square => !double.IsFinite(square))), rank)];
            scales = [.. Enumerable.Repeat(1f, rank)];
        }

        Tensor factors = tensor(scales);
        Tensor sketch = whole.index_select(byRows ? 1 : 0, tensor(drawn)).mul_(byRows ? factors.unsqueeze(0) : factors.unsqueeze(1));
        ranks.Sum(sketch);
        return sketch;
    }
}
