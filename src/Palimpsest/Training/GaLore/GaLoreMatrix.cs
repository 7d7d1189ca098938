using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Optimizers.Projected;
using Palimpsest.Training.Ranks;
using static TorchSharp.torch;

namespace Palimpsest.Training.GaLore;

/// <summary>A matrix that GaLore trains: Adam on its gradient in the space of the r leading singular vectors.</summary>
/// <remarks>
/// Zhao et al., GaLore: Memory-Efficient LLM Training by Gradient Low-Rank Projection, arXiv 2403.03507. R = U^T G (or G V, or U^T G V);
/// N = m / (sqrt(v) + eps); W -= rate scale sqrt(1 - b2^t) / (1 - b1^t) U N; then W *= 1 - rate decay. Moments stay as they are when U changes. A singular
/// vector has the sign that makes
/// its largest entry positive, so that runs do not depend on the library's choice. A gradient of zero, or one that is not finite, leaves U as it is; at
/// first U holds unit vectors.
/// </remarks>
internal sealed class GaLoreMatrix : ProjectedMatrix
{
    private readonly GaLoreOptions _options;
    private readonly AdamMoments _moments;
    private readonly Tensor? _left; // [out, r]
    private readonly Tensor? _right; // [r, in]
    private bool _choosing;

    /// <summary>Begins with unit vectors and moments of zero.</summary>
    public GaLoreMatrix(ProjectedSlot matrix, GaLoreOptions options)
        : base(matrix, options.Layerwise ? Reduced(matrix, options.Side) : [.. matrix.Slot.Shape])
    {
        _options = options;
        _moments = new AdamMoments(Reduced(matrix, options.Side), options.EightBit);
        (bool left, bool right) = Sides(matrix, options.Side);
        _left = left ? eye(matrix.Slot.Shape[0], matrix.Rank).DetachFromDisposeScope() : null;
        _right = right ? eye(matrix.Rank, matrix.Slot.Shape[1]).DetachFromDisposeScope() : null;
    }

    /// <summary>The projectors, [out, r] and [r, in]; null where that side is whole.</summary>
    internal (Tensor? Left, Tensor? Right) Bases => (_left, _right);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Values)> State =>
        [.. Named("left", _left), .. Named("right", _right), .. _moments.Tensors(Matrix.Slot.Name)];

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Projectors => new[] { _left, _right }.OfType<Tensor>();

    /// <inheritdoc/>
    public override void Join(IRanks ranks)
    {
        if (_options.Layerwise && ranks.Count > 1)
        {
            throw new PalimpsestException("train.optimizer: the first passes of several processes have different gradients, and all must project alike. "
                + "Leave layerwise out.");
        }
    }

    /// <inheritdoc/>
    public override void Begin(long step)
    {
        base.Begin(step);
        _choosing = step % _options.Every == 0;
    }

    /// <inheritdoc/>
    public override void Step(double rate, long step)
    {
        if (!_options.Layerwise && _choosing)
        {
            Choose(Gradient);
        }

        Tensor direction = _options.Layerwise ? Gradient : Project(Gradient);
        AdamDirection adam = AdamDirection.Of(_options.Beta1, _options.Beta2, _options.Epsilon);
        float[] one = AdamDirection.Alike(1);
        Turn(direction, _moments, (g, m, v) => adam.Apply(g, m, v, one, one, alike: true));
        double size = rate * _options.Scale * Math.Sqrt(1 - Math.Pow(_options.Beta2, step + 1)) / (1 - Math.Pow(_options.Beta1, step + 1));
        Tensor back = _left is not null && _right is not null ? _left.mm(direction) : direction;
        Matrix.Values.addmm_(_right is null ? _left! : back, _right is null ? direction : _right, 1f, (float)-size);
        if (Matrix.WeightDecay > 0)
        {
            Matrix.Values.mul_(tensor((float)(1 - (rate * Matrix.WeightDecay))));
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _left?.Dispose();
        _right?.Dispose();
        _moments.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Add(Tensor input, Tensor outputGradient)
    {
        if (!_options.Layerwise)
        {
            AddProduct(Gradient, outputGradient.t(), input);
            return;
        }

        if (_choosing)
        {
            Choose(Whole(input, outputGradient));
            _choosing = false;
        }

        // U^T (dy^T x) V = (dy U)^T (x V): no product has the matrix's size.
        Tensor rows = _left is null ? outputGradient : outputGradient.mm(_left.to_type(outputGradient.dtype)),
            columns = _right is null ? input : input.mm(_right.t().to_type(input.dtype));
        AddProduct(Gradient, rows.t(), columns);
    }

    private static (bool Left, bool Right) Sides(ProjectedSlot matrix, GaLoreSide side)
    {
        bool tall = matrix.Slot.Shape[0] >= matrix.Slot.Shape[1];
        return side switch
        {
            GaLoreSide.Std => (!tall, tall),
            GaLoreSide.ReverseStd => (tall, !tall),
            GaLoreSide.Left => (true, false),
            GaLoreSide.Right => (false, true),
            _ => (true, true),
        };
    }

    private static long[] Reduced(ProjectedSlot matrix, GaLoreSide side)
    {
        (bool left, bool right) = Sides(matrix, side);
        return [left ? matrix.Rank : matrix.Slot.Shape[0], right ? matrix.Rank : matrix.Slot.Shape[1]];
    }

    private IEnumerable<(string, Tensor)> Named(string side, Tensor? values) => values is null ? [] : [($"{side}.{Matrix.Slot.Name}", values)];

    private Tensor Project(Tensor whole)
    {
        Tensor rows = _left is null ? whole : _left.t().mm(whole);
        return _right is null ? rows : rows.mm(_right.t());
    }

    private void Choose(Tensor whole)
    {
        double length = Ops.Number(whole.norm());
        if (length == 0 || !double.IsFinite(length))
        {
            return;
        }

        (Tensor u, _, Tensor v) = linalg.svd(whole, fullMatrices: false);
        _left?.copy_(Signed(u.narrow(1, 0, Matrix.Rank), 0));
        _right?.copy_(Signed(v.narrow(0, 0, Matrix.Rank), 1));
    }

    private static Tensor Signed(Tensor vectors, long along) => vectors.mul(vectors.gather(along, vectors.abs().argmax(along, keepdim: true)).sign());
}
