using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using static TorchSharp.torch;

namespace Palimpsest.Federation.Rounds;

/// <summary>Adds the same vector to every gradient: g += c - c_i of SCAFFOLD.</summary>
internal sealed class ShiftEdit(float[] shift) : IGradientEdit
{
    /// <inheritdoc/>
    public void Edit(FlatParameters parameters, RandomStream random)
    {
        using IDisposable noGrad = no_grad();
        using Tensor added = tensor(shift);
        Ops.AddInPlace(parameters.Gradients, added);
    }
}
