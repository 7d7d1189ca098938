using Palimpsest.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Dropout whose mask is an argument's doing: drawn from a generator seeded by the given stream, never from libtorch's shared one.</summary>
public static class Dropout
{
    /// <summary>Sets elements to zero with a probability and scales the others by 1 / (1 - probability).</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">In [0, 1).</param>
    /// <param name="stream">Moves on by one 64-bit draw.</param>
    /// <returns>Same shape and type.</returns>
    public static Tensor Apply(Tensor x, double probability, RandomStream stream)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(probability, 1);
        if (probability == 0)
        {
            return x;
        }

        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(stream.NextUInt64(), x.device);
        Tensor mask = rand(x.shape, ScalarType.Float32, x.device, generator: generator).ge(Scalars.Of(probability)).to_type(x.dtype).mul_(Scalars.Of(1.0 / (1.0 - probability)));
        return x.mul(mask).MoveToOuterDisposeScope();
    }
}
