using System.Runtime.InteropServices;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers.Projected;
using static TorchSharp.torch;

namespace Palimpsest.Training.Flora;

/// <summary>A matrix that Flora trains: Adafactor whose momentum is kept in a random projection along the shorter side.</summary>
/// <remarks>
/// Hao et al., Flora: Low-Rank Adapters Are Secretly Gradient Compressors, arXiv 2402.03293; Adafactor: Shazeer and Stern, arXiv 1804.04235. With b_t = 1 -
/// t^-0.8:
/// a = b_t a + (1 - b_t) mean_j(G_ij^2 + 1e-30), c the same over i; U = G / sqrt(a c^T / mean a); D = (1 - b1) U + b1 R^T C; C = b1 C + (1 - b1) R U;
/// W -= rate max(1e-3, rms W) D / max(1, rms D / threshold). Every so many steps R is drawn anew and C becomes R_new R_old^T C. R belongs to no checkpoint:
/// it is drawn again.
/// </remarks>
internal sealed class FloraMatrix : ProjectedMatrix
{
    private const double Tiny = 1e-30, SmallestScale = 1e-3;
    private readonly FloraOptions _options;
    private readonly RandomStream _random;
    private readonly CompressedMomentum _momentum;
    private readonly Tensor _rows; // [out]
    private readonly Tensor _columns; // [in]
    private readonly bool _tall;
    private Tensor? _projection;

    /// <summary>Begins with moments of zero.</summary>
    public FloraMatrix(ProjectedSlot matrix, FloraOptions options, RandomStream random)
        : base(matrix, [.. matrix.Slot.Shape])
    {
        (_options, _random, _tall) = (options, random, matrix.Slot.Shape[0] > matrix.Slot.Shape[1]);
        _momentum = new CompressedMomentum(matrix.Rank, matrix.Slot.Shape.Max());
        _rows = zeros(matrix.Slot.Shape[0]).DetachFromDisposeScope();
        _columns = zeros(matrix.Slot.Shape[1]).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Values)> State =>
        [($"momentum.{Matrix.Slot.Name}", _momentum.Values), ($"rows.{Matrix.Slot.Name}", _rows), ($"columns.{Matrix.Slot.Name}", _columns)];

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Projectors => _projection is null ? [] : [_projection];

    /// <inheritdoc/>
    public override void Step(double rate, long step)
    {
        Tensor projection = Projection(step);
        double newShare = Math.Pow(step + 1, -_options.DecayPower);
        Mean(_rows, 1, newShare);
        Mean(_columns, 0, newShare);

        // The gradient becomes U and then D in its own place.
        Gradient.mul_(_rows.div(_rows.mean()).rsqrt().unsqueeze(1)).mul_(_columns.rsqrt().unsqueeze(0));
        _momentum.Step(projection, _tall ? Gradient.t() : Gradient, _options.Beta1);
        double size = rate * (_options.ScaleParameter ? Math.Max(SmallestScale, MeanSquareRoot(Matrix.Values)) : 1)
            / Math.Max(1, MeanSquareRoot(Gradient) / _options.ClipThreshold);
        if (Matrix.WeightDecay > 0)
        {
            Matrix.Values.mul_(tensor((float)(1 - (rate * Matrix.WeightDecay))));
        }

        Matrix.Values.addcmul_(Gradient, tensor((float)size), Scalars.Of(-1.0));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _projection?.Dispose();
        _momentum.Dispose();
        _rows.Dispose();
        _columns.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Add(Tensor input, Tensor outputGradient) => AddProduct(Gradient, outputGradient.t(), input);

    private static double MeanSquareRoot(Tensor values) => Ops.Number(values.norm()) / Math.Sqrt(values.NumberOfElements);

    /// <summary>The running mean of squares of rows or columns, by their norms: no tensor of squares.</summary>
    private void Mean(Tensor mean, long along, double newShare)
    {
        Tensor squares = linalg.vector_norm(Gradient, 2.0, [along]).square().div(tensor((float)Matrix.Slot.Shape[(int)along]));
        mean.mul_(tensor((float)(1 - newShare))).addcmul_(Ops.Shift(squares, Tiny), tensor((float)newShare), Scalars.One);
    }

    private Tensor Projection(long step)
    {
        long period = step / _options.Every;
        if (step > 0 && step % _options.Every == 0)
        {
            Tensor next = Drawn(period);
            _momentum.Move(_projection ?? Drawn(period - 1), next);
            _projection?.Dispose();
            _projection = next.DetachFromDisposeScope();
        }

        return _projection ??= Drawn(period).DetachFromDisposeScope();
    }

    /// <summary>R, [r, shorter side], entries N(0, 1) / sqrt(r).</summary>
    private Tensor Drawn(long period)
    {
        RandomStream draws = Draws(_random, period);
        double scale = 1 / Math.Sqrt(Matrix.Rank);

        // In libtorch's own memory: products of matrices in a managed array differ in their last bits with its alignment.
        Tensor drawn = empty(Matrix.Rank, Matrix.Slot.Shape.Min());
        foreach (ref float value in MemoryMarshal.Cast<byte, float>(drawn.bytes))
        {
            value = (float)(draws.NextGaussian() * scale);
        }

        return drawn;
    }
}
