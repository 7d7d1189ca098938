using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Optimizers.Projected;
using Palimpsest.Training.Ranks;
using static TorchSharp.torch;

namespace Palimpsest.Training.Grass;

/// <summary>A matrix that Grass trains: Adam on r selected rows of its gradient, which are all that the backward pass makes of it between two
/// selections.</summary>
/// <remarks>
/// Muhamed et al., Grass: Compute Efficient Low-Memory LLM Training with Structured Sparse Gradients, arXiv 2406.17660. With W [out, in], y = x W^T and
/// sigma the selected lines:
/// rows, if out &lt;= in: G_c = rho (dy[:, sigma])^T x; else columns: G_c = dy^T x[:, sigma] rho. W[sigma] -= rate scale rho Adam(G_c), which is P times
/// Adam's step on P^T G.
/// The decay of lines that are not selected is added up and applied after the last step before the next selection; selected ones decay in every step.
/// A gradient of zero selects nothing new. One that is not finite does neither, and becomes NaN, which ends the run.
/// </remarks>
internal sealed class GrassMatrix : ProjectedMatrix
{
    private readonly GrassOptions _options;
    private readonly RandomStream _random;
    private readonly LineSelection _lines;
    private readonly AdamMoments _moments;
    private readonly Tensor? _decay; // product of the decays that unselected lines have yet to get
    private RandomStream? _draws; // set while the step has yet to select
    private IRanks _ranks = LoneRank.Instance;
    private Tensor? _whole;
    private bool _settled;

    /// <summary>Begins with the first lines and moments of zero.</summary>
    public GrassMatrix(ProjectedSlot matrix, GrassOptions options, RandomStream random)
        : base(matrix, Shape(matrix))
    {
        (_options, _random) = (options, random);
        _lines = new LineSelection(matrix.Slot.Shape, matrix.Rank);
        _moments = new AdamMoments(Shape(matrix), options.EightBit);
        _decay = matrix.WeightDecay > 0 ? ones(1, ScalarType.Float64).DetachFromDisposeScope() : null;
    }

    /// <summary>Selects lines; <see cref="LineSampling.Choose"/> unless a test knows better.</summary>
    internal Func<double[], RandomStream, (long[] Lines, float[] Scales)?>? Chooser { get; init; }

    /// <summary>The selection.</summary>
    internal LineSelection Lines => _lines;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Values)> State =>
        [.. _lines.Tensors(Matrix.Slot.Name), .. _moments.Tensors(Matrix.Slot.Name), .. _decay is null ? [] : new[] { ($"decay.{Matrix.Slot.Name}", _decay) }];

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Projectors => [_lines.Indices, _lines.Scales];

    /// <inheritdoc/>
    public override void Begin(long step)
    {
        base.Begin(step);
        _whole?.Dispose();
        (_whole, _settled) = (null, false);
        _draws = step % _options.Every == 0 ? Draws(_random, step) : null;
    }

    /// <inheritdoc/>
    public override void Join(IRanks ranks)
    {
        _ranks = ranks;
        if (ranks.Count > 1 && _options.Selection != LineScheme.Uniform && _options.Refresh is not (RefreshForm.WholeStep or RefreshForm.Sketch))
        {
            throw new PalimpsestException("train.optimizer: the first passes of several processes have different gradients, and all must select the same rows. "
                + "Set refresh to sketch or whole-step.");
        }
    }

    /// <inheritdoc/>
    public override void Agree()
    {
        if (_whole is null)
        {
            return;
        }

        bool sketched = _options.Refresh == RefreshForm.Sketch;
        if (sketched)
        {
            Select(Squares(LineSketch.Of(_whole, _lines.ByRows, Matrix.Rank, _draws!.Child("sketch"), _ranks)));
        }
        else
        {
            _ranks.Sum(_whole);
            Select(Squares(_whole));
        }

        // Of a whole that is summed up already one process gives the lines; the others add nothing.
        if (sketched || _ranks.Rank == 0)
        {
            Ops.AddInPlace(Gradient, _lines.Take(_whole));
        }

        _whole.Dispose();
        _whole = null;
    }

    /// <inheritdoc/>
    public override void Settle()
    {
        Agree();
        if (!_settled)
        {
            _lines.Scale(Gradient);
            _settled = true;
        }
    }

    /// <inheritdoc/>
    public override void Step(double rate, long step)
    {
        long since = step % _options.Every;
        double warm = since < _options.Warmup ? (since + 1.0) / _options.Warmup : 1, shrink = 1 - (rate * Matrix.WeightDecay);
        AdamDirection adam = AdamDirection.Of(_options.Beta1, _options.Beta2, _options.Epsilon);
        GrassUpdate update = new(_lines, adam, _options, rate * _options.Scale * warm, shrink, Draws(_random.Child("rounding"), step));
        update.Apply(Matrix.Values, Gradient, _moments);
        if (_decay is null)
        {
            return;
        }

        double decay = Ops.Number(_decay) * shrink;
        if (since + 1 == _options.Every)
        {
            GrassUpdate.DecayOthers(Matrix.Values, _lines, decay);
            decay = 1;
        }

        _decay.copy_(tensor(decay, ScalarType.Float64));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _lines.Dispose();
        _moments.Dispose();
        _decay?.Dispose();
        _whole?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Add(Tensor input, Tensor outputGradient)
    {
        if (_draws is not null && _options.Selection == LineScheme.Uniform)
        {
            Select([]);
        }
        else if (_draws is not null && _options.Refresh is RefreshForm.WholeStep or RefreshForm.Sketch)
        {
            _whole ??= zeros([.. Matrix.Slot.Shape]).DetachFromDisposeScope();
            AddProduct(_whole, outputGradient.t(), input);
            return;
        }
        else if (_draws is not null && _options.Refresh == RefreshForm.Implicit)
        {
            Select(_lines.ByRows ? Squares(input, outputGradient) : Squares(outputGradient, input));
        }
        else if (_draws is not null)
        {
            Tensor whole = Whole(input, outputGradient);
            Select(Squares(whole));
            Ops.AddInPlace(Gradient, _lines.Take(whole));
            return;
        }

        if (_lines.ByRows)
        {
            AddProduct(Gradient, _lines.Gather(outputGradient).t(), input);
        }
        else
        {
            AddProduct(Gradient, outputGradient.t(), _lines.Gather(input));
        }
    }

    private static long[] Shape(ProjectedSlot matrix) =>
        matrix.Slot.Shape[0] <= matrix.Slot.Shape[1] ? [matrix.Rank, matrix.Slot.Shape[1]] : [matrix.Slot.Shape[0], matrix.Rank];

    /// <summary>The squared norms of the lines of a gradient.</summary>
    private double[] Squares(Tensor whole) =>
        [.. linalg.vector_norm(whole, 2.0, [_lines.ByRows ? 1L : 0L]).to_type(ScalarType.Float64).square().data<double>()];

    /// <summary>The same without the gradient: the norm of line i is that of sum_t a_t b_ti, so its square is b_i^T (a a^T) b_i.</summary>
    /// <param name="a">[rows, other side]</param>
    /// <param name="b">[rows, lines]</param>
    private static double[] Squares(Tensor a, Tensor b)
    {
        Tensor products = a.mm(a.t()).mm(b); // [rows, lines]
        return [.. products.mul_(b).to_type(ScalarType.Float64).sum(dim: 0).clamp_min_(Scalars.Zero).data<double>()];
    }

    private void Select(double[] squares)
    {
        RandomStream draws = _draws!;
        _draws = null;
        if (!squares.All(double.IsFinite))
        {
            Gradient.fill_(Scalars.Of(double.NaN));
            return;
        }

        if ((Chooser is null ? LineSampling.Choose(_options, Matrix.Rank, _lines.All, squares, draws) : Chooser(squares, draws)) is not var (lines, scales))
        {
            return;
        }

        if (_options.OnRefresh == MomentsOnRefresh.Reset)
        {
            _moments.Clear();
            _lines.Counts.Clear();
        }
        else if (_options.OnRefresh == MomentsOnRefresh.Carry)
        {
            Carry(lines, scales);
        }

        lines.CopyTo(_lines.Lines);
        scales.CopyTo(_lines.Rho);
    }

    private void Carry(long[] lines, float[] scales)
    {
        long[] old = _lines.Lines.ToArray(), counts = _lines.Counts.ToArray();
        int[] from = [.. lines.Select(line => Array.IndexOf(old, line))];
        float[] rho = _lines.Rho.ToArray(), factors = [.. from.Select((source, j) => source < 0 ? 0 : scales[j] * rho[source])];
        (Tensor first, Tensor second) = _moments.Read();
        _moments.Write(Moved(first, factors), Moved(second, [.. factors.Select(factor => factor * factor)]));
        from.Select(source => source < 0 ? 0 : counts[source]).ToArray().CopyTo(_lines.Counts);

        Tensor Moved(Tensor moment, float[] by) => moment
            .index_select(_lines.ByRows ? 0 : 1, tensor(from.Select(source => (long)Math.Max(0, source)).ToArray()))
            .mul(_lines.ByRows ? tensor(by).unsqueeze(1) : tensor(by).unsqueeze(0)).contiguous();
    }
}
