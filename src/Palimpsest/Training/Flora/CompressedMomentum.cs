using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training.Flora;

/// <summary>A running mean of matrices that is kept as C = b C + (1 - b) R U with a random R, E[R^T R] = I.</summary>
/// <param name="rank">Rows of R.</param>
/// <param name="width">Columns of the matrices.</param>
/// <param name="type">Element type.</param>
internal sealed class CompressedMomentum(int rank, long width, ScalarType type = ScalarType.Float32) : IDisposable
{
    /// <summary>C. [r, width]</summary>
    public Tensor Values { get; } = zeros(rank, width, type).DetachFromDisposeScope();

    /// <summary>C &lt;- R_new R_old^T C, on a change of R.</summary>
    public void Move(Tensor from, Tensor to) => Values.copy_(to.mm(from.t()).mm(Values));

    /// <summary>U becomes (1 - b) U + b R^T C, the mean with the newest matrix exact; and C becomes b C + (1 - b) R U.</summary>
    /// <param name="projection">R, [r, lines].</param>
    /// <param name="update">U, [lines, width]; changed in place.</param>
    /// <param name="beta">b.</param>
    public void Step(Tensor projection, Tensor update, double beta)
    {
        Tensor newest = projection.mm(update);
        Values.mul_(Scalars.Of(beta));
        update.mul_(Scalars.Of(1 - beta)).addmm_(projection.t(), Values, 1f, 1f);
        Ops.AddInPlace(Values, newest, 1 - beta);
    }

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
