using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Palimpsest.Training.Grass;

/// <summary>The rows of a matrix that are trained at the moment, or its columns where there are fewer of them: P as r indices and r scales, P^T = rho
/// B.</summary>
/// <remarks>In no scope.</remarks>
internal sealed class LineSelection : IDisposable
{
    private readonly Tensor _counts;

    /// <summary>The first lines, with scales of 1.</summary>
    /// <param name="shape">[out, in]</param>
    /// <param name="count">How many.</param>
    public LineSelection(IReadOnlyList<long> shape, int count)
    {
        ByRows = shape[0] <= shape[1];
        All = (int)Math.Min(shape[0], shape[1]);
        Indices = arange(count, ScalarType.Int64).DetachFromDisposeScope();
        Scales = ones(count).DetachFromDisposeScope();
        _counts = zeros(count, ScalarType.Int64).DetachFromDisposeScope();
    }

    /// <summary>Whether lines are rows.</summary>
    public bool ByRows { get; }

    /// <summary>How many lines the matrix has.</summary>
    public int All { get; }

    /// <summary>Which lines, [r], int64.</summary>
    public Tensor Indices { get; }

    /// <summary>rho, [r], f32.</summary>
    public Tensor Scales { get; }

    /// <summary>The same as spans.</summary>
    public Span<long> Lines => MemoryMarshal.Cast<byte, long>(Indices.bytes);

    /// <inheritdoc cref="Scales"/>
    public Span<float> Rho => MemoryMarshal.Cast<byte, float>(Scales.bytes);

    /// <summary>Steps that Adam has taken on each line.</summary>
    public Span<long> Counts => MemoryMarshal.Cast<byte, long>(_counts.bytes);

    /// <summary>All that has to be kept.</summary>
    public IEnumerable<(string Name, Tensor Values)> Tensors(string name) => [($"lines.{name}", Indices), ($"rho.{name}", Scales), ($"counts.{name}", _counts)];

    /// <summary>The selected lines of what has one entry a line in its last dimension.</summary>
    /// <param name="x">[rows, lines]</param>
    /// <returns>[rows, r]</returns>
    public Tensor Gather(Tensor x) => x.index_select(1, Indices);

    /// <summary>The selected lines of a whole matrix. [r, in] of rows, [out, r] of columns.</summary>
    public Tensor Take(Tensor matrix) => matrix.index_select(ByRows ? 0 : 1, Indices);

    /// <summary>Multiplies what <see cref="Take"/> gives by rho, in place.</summary>
    public void Scale(Tensor taken)
    {
        if (Rho.ContainsAnyExcept(1f))
        {
            using Tensor factors = ByRows ? Scales.unsqueeze(1) : Scales.unsqueeze(0);
            taken.mul_(factors);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Indices.Dispose();
        Scales.Dispose();
        _counts.Dispose();
    }
}
