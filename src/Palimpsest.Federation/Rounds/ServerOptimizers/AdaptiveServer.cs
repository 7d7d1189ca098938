using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>A step that is divided by the root of a second moment: FedAdam, FedYogi, FedAdagrad and AdamW. One pass over the vectors.</summary>
/// <remarks>
/// Reddi et al., Adaptive Federated Optimization, ICLR 2021, algorithm 2. Both moments are of D, the direction to go; those of a gradient have the other
/// sign in m. A coordinate that nobody has ever sent stays as it is, but for the decay.
/// </remarks>
/// <typeparam name="TSquares">How the second moment goes on.</typeparam>
/// <param name="settings">What a resumed federation must have in common.</param>
/// <param name="count">How many weights there are.</param>
/// <param name="firstSquare">What the second moment begins with.</param>
/// <param name="at">The numbers of a step, counted from 1.</param>
internal sealed class AdaptiveServer<TSquares>(string settings, long count, double firstSquare, Func<long, AdaptiveNumbers> at) : IServerOptimizer
    where TSquares : ISquares
{
    private const int Width = 8;
    private readonly float[] _m = new float[count];
    private readonly float[] _v = [.. Enumerable.Repeat((float)firstSquare, checked((int)count))];

    /// <inheritdoc/>
    public string Settings => settings;

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Memory<float> Values)> State => [("m", _m), ("v", _v)];

    /// <inheritdoc/>
    public long StepCount { get; set; }

    /// <inheritdoc/>
    public void Step(Span<float> weights, ReadOnlySpan<float> average)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, _m.Length, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNotEqual(average.Length, _m.Length, nameof(average));
        AdaptiveNumbers numbers = at(++StepCount);
        int i = 0;
        for (; i <= weights.Length - Width; i += Width)
        {
            Step(numbers, weights[i..], average[i..], _m.AsSpan(i), _v.AsSpan(i));
        }

        if (i < weights.Length)
        {
            // The same arithmetic, so that an entry's bits do not depend on where it stands.
            Span<float> rest = stackalloc float[4 * Width];
            Span<float> w = rest[..Width], d = rest.Slice(Width, Width), m = rest.Slice(2 * Width, Width), v = rest[(3 * Width)..];
            int length = weights.Length - i;
            weights[i..].CopyTo(w);
            average[i..].CopyTo(d);
            _m.AsSpan(i).CopyTo(m);
            _v.AsSpan(i).CopyTo(v);
            Step(numbers, w, d, m, v);
            w[..length].CopyTo(weights[i..]);
            m[..length].CopyTo(_m.AsSpan(i));
            v[..length].CopyTo(_v.AsSpan(i));
        }
    }

    // m = β1 m + (1 - β1) D        w = (1 - decay) w + η m / (c sqrt(v) + τ)
    private static void Step(in AdaptiveNumbers numbers, Span<float> weights, ReadOnlySpan<float> average, Span<float> first, Span<float> second)
    {
        ref float w0 = ref MemoryMarshal.GetReference(weights), m0 = ref MemoryMarshal.GetReference(first), v0 = ref MemoryMarshal.GetReference(second);
        Vector256<float> d = Vector256.LoadUnsafe(in MemoryMarshal.GetReference(average));
        Vector256<float> m = (Vector256.LoadUnsafe(ref m0) * numbers.Beta1) + (d * numbers.Share1);
        Vector256<float> v = TSquares.Next(Vector256.LoadUnsafe(ref v0), d * d, numbers.Beta2, numbers.Share2);
        Vector256<float> step = m * numbers.Rate / ((Vector256.Sqrt(v) * numbers.RootFactor) + Vector256.Create(numbers.Tau));
        ((Vector256.LoadUnsafe(ref w0) * numbers.Kept) + step).StoreUnsafe(ref w0);
        m.StoreUnsafe(ref m0);
        v.StoreUnsafe(ref v0);
    }
}
