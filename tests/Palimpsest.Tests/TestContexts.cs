using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Tests;

/// <summary>Small things that tests share.</summary>
internal static class TestContexts
{
    public static TorchContext F32() => new(ComputeType.F32, threads: TwoThreadsAttribute.Threads);

    /// <summary>Everything in double precision, composed of libtorch's operations.</summary>
    public static TorchContext F64() => new(ComputeType.F64, threads: TwoThreadsAttribute.Threads);

    public static TorchContext Bf16() => new(ComputeType.Bf16, threads: TwoThreadsAttribute.Threads);

    public static string Golden(params string[] path) => Path.Combine([AppContext.BaseDirectory, "golden", .. path]);

    /// <summary>Random values from a stream of their own, so that tests do not depend on each other's order.</summary>
    public static Tensor Normal(long seed, params long[] shape)
    {
        using Generator generator = new((ulong)seed);
        return randn(shape, generator: generator);
    }

    public static double LargestDifference(Tensor a, Tensor b) => Ops.Value(Ops.Subtract(a.to_type(ScalarType.Float32), b.to_type(ScalarType.Float32)).abs().max());
}
