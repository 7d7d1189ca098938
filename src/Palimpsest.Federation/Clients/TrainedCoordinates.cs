using System.Runtime.InteropServices;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using static TorchSharp.torch;

namespace Palimpsest.Federation.Clients;

/// <summary>Lets only some coordinates change: the gradients of the others are zero, and after each step they get the bits back that they had, since an
/// optimizer may decay or move them all the same.</summary>
/// <param name="mask">On for those that may change.</param>
/// <param name="start">What the others keep. [count]</param>
internal sealed class TrainedCoordinates(BitMask mask, float[] start) : IGradientEdit, IStepProjection
{
    private const int Chunk = 1 << 28; // a span of bytes ends at 2 GiB

    /// <inheritdoc/>
    public void Edit(FlatParameters parameters, RandomStream random)
    {
        for (long offset = 0; offset < mask.Count; offset += Chunk)
        {
            using Tensor part = parameters.Gradients.narrow(0, offset, Math.Min(Chunk, mask.Count - offset));
            mask.Apply(offset, MemoryMarshal.Cast<byte, float>(part.bytes));
        }
    }

    /// <inheritdoc/>
    public void Project(long offset, Span<float> values) => mask.Restore(offset, start.AsSpan((int)offset, values.Length), values);
}
