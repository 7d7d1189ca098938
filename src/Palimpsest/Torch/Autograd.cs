using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>The ways into libtorch's autograd that report errors as exceptions.</summary>
public static class Autograd
{
    /// <summary>Adds the gradients of a scalar to those of its leaves.</summary>
    /// <param name="loss">A tensor with one element.</param>
    /// <exception cref="Exception">Whatever a custom function threw during the pass.</exception>
    public static void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        BackwardErrors.Discard();
        autograd.backward([loss]);
        HandedOver.Release();
        BackwardErrors.Rethrow();
    }
}
