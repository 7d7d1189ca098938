using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders.Metrics;

/// <summary>Adds up what an autoencoder does to the tokens of an evaluation, batch by batch, in double precision.</summary>
/// <remarks>Not thread-safe; hold no tensors beyond <see cref="Add"/>.</remarks>
public sealed class SaeStatistics
{
    private readonly double[] _sumIn, _sumError;
    private readonly double[] _fired, _prompts;
    private double _rows, _squaredIn, _squaredError, _l0, _l1, _cosine, _normIn, _normOut, _ratio, _legacy, _bias, _batches;

    /// <summary>Nothing yet.</summary>
    /// <param name="width">Width of the outputs.</param>
    /// <param name="latents">Number of latents.</param>
    public SaeStatistics(int width, int latents)
    {
        (_sumIn, _sumError) = (new double[width], new double[width]);
        (_fired, _prompts) = (new double[latents], new double[latents]);
    }

    /// <summary>Tokens counted so far.</summary>
    public long Tokens => (long)_rows;

    /// <summary>Adds the tokens of a batch.</summary>
    /// <param name="target">What was to be given out, [rows, d].</param>
    /// <param name="output">What was, [rows, d].</param>
    /// <param name="acts">Latents, [rows, m].</param>
    /// <param name="prompts">Which text each row belongs to, rising; null where that is of no interest.</param>
    public void Add(Tensor target, Tensor output, Tensor acts, IReadOnlyList<int>? prompts = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor x = target.to_type(ScalarType.Float64), y = output.to_type(ScalarType.Float64), f = acts.to_type(ScalarType.Float64);
        Tensor error = Ops.Subtract(x, y), on = f.ne(Scalars.Zero).to_type(ScalarType.Float64);
        Tensor inNorm = x.norm(1, keepdim: false, p: 2), outNorm = y.norm(1, keepdim: false, p: 2), dot = x.mul(y).sum(dim: 1),
            squares = error.mul(error).sum(dim: 1);
        _rows += x.size(0);
        _squaredIn += Ops.Number(inNorm.mul(inNorm).sum());
        _squaredError += Ops.Number(squares.sum());
        _l0 += Ops.Number(on.sum());
        _l1 += Ops.Number(f.abs().sum());
        _cosine += Ops.Number(dot.div(inNorm.mul(outNorm)).nan_to_num(0).sum());
        _normIn += Ops.Number(inNorm.sum());
        _normOut += Ops.Number(outNorm.sum());
        _ratio += Ops.Number(outNorm.div(inNorm).nan_to_num(0).sum());
        Tensor centred = Ops.Subtract(x, x.mean([0], keepdim: true));
        _legacy += x.size(0) - Ops.Number(squares.div(centred.mul(centred).sum(dim: 1)).nan_to_num(0).sum());
        _bias += Ops.Number(outNorm.mul(outNorm).mean().div(dot.mean()));
        _batches++;
        Accumulate(_sumIn, x.sum(dim: 0));
        Accumulate(_sumError, error.sum(dim: 0));
        Accumulate(_fired, on.sum(dim: 0));
        foreach (int[] rows in prompts is null ? [] : prompts.Index().GroupBy(row => row.Item, row => row.Index).Select(group => group.ToArray()))
        {
            Accumulate(_prompts, on.narrow(0, rows[0], rows.Length).amax([0]));
        }
    }

    /// <summary>The figures.</summary>
    /// <exception cref="PalimpsestException">Nothing was added.</exception>
    public SaeFigures Read()
    {
        if (_rows == 0)
        {
            throw new PalimpsestException("There is no token to evaluate on. Give longer texts, or keep special tokens.");
        }

        double variance = (_squaredIn / _rows) - SquaredMean(_sumIn), errors = _squaredError / _rows;
        return new SaeFigures
        {
            Tokens = Tokens,
            L0 = _l0 / _rows,
            L1 = _l1 / _rows,
            SquaredError = errors,
            ExplainedVariance = 1 - (errors / variance),
            ExplainedVarianceLegacy = _legacy / _rows,
            ExplainedVarianceOfCentred = 1 - ((errors - SquaredMean(_sumError)) / variance),
            Cosine = _cosine / _rows,
            NormIn = _normIn / _rows,
            NormOut = _normOut / _rows,
            NormRatio = _ratio / _rows,
            ReconstructionBias = _bias / _batches,
            Densities = [.. _fired.Select(count => count / _rows)],
            FiringsAPrompt = [.. _fired.Zip(_prompts, (count, texts) => count / texts)],
        };
    }

    private double SquaredMean(double[] sums) => sums.Sum(sum => sum / _rows * (sum / _rows));

    private static void Accumulate(double[] sums, Tensor values)
    {
        using Tensor moved = values.to(CPU).contiguous();
        int i = 0;
        foreach (double value in moved.data<double>())
        {
            sums[i++] += value;
        }
    }
}
