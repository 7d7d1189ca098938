using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>What the last custom function gave to libtorch in a backward pass. libtorch takes references of its own when the function returns, and not
/// before; so the
/// handles on this side are let go at the next call.</summary>
/// <remarks>Left to the scope of the pass they would keep every gradient of every layer until its end: as much again as the activations, and the gradients of
/// the weights a second
/// time.</remarks>
internal static class HandedOver
{
    [ThreadStatic]
    private static List<Tensor>? s_tensors;

    /// <summary>Keeps a tensor until the next call of <see cref="Release"/>.</summary>
    public static void Keep(Tensor tensor) => (s_tensors ??= []).Add(tensor.DetachFromDisposeScope());

    /// <summary>Lets go of what was kept.</summary>
    public static void Release()
    {
        s_tensors?.ForEach(tensor => tensor.Dispose());
        s_tensors?.Clear();
    }
}
