using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using static TorchSharp.torch;

namespace Palimpsest.Federation.Rounds;

/// <summary>The proximal term of FedProx: the loss gains (μ/2) ||p - start||^2.</summary>
internal sealed class ProximalEdit(double strength, float[] start) : IGradientEdit
{
    // g += μ (p - start)
    /// <inheritdoc/>
    public void Edit(FlatParameters parameters, RandomStream random)
    {
        using IDisposable noGrad = no_grad();
        using Tensor origin = tensor(start);
        using Tensor difference = Ops.Subtract(parameters.Values, origin);
        Ops.AddInPlace(parameters.Gradients, difference, strength);
    }
}
