using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>Keeps a task vector in the orthant of a sign vector while it is trained, and takes its mask.</summary>
/// <remarks>
/// arXiv 2504.04626, section 3. Call <see cref="Apply(long, Span{float}, ReadOnlySpan{float})"/> after each optimizer step (before it where the paper's pseudo-code is to be followed); the optimizer's moments stay as they are.
/// This is the exact Euclidean projection. Entries that leave the orthant become +0, and so does -0; NaN stays NaN, so that it is refused later instead of being hidden. Thread-safe on blocks.
/// </remarks>
/// <param name="signs">The same for all owners, drawn before any data is seen.</param>
/// <param name="options">How the paper is read.</param>
public sealed class SiftProjection(SignVector signs, SiftOptions? options = null)
{
    private const int Piece = 4096;
    private readonly bool _zeroOne = options?.ZeroOneSigns ?? false;

    /// <summary>Number of entries.</summary>
    public long Count => signs.Count;

    // τ_j ← 0 where τ_j v_j <= 0
    /// <summary>Projects a block of a task vector.</summary>
    /// <param name="offset">First entry, a multiple of 64.</param>
    /// <param name="tau">The block.</param>
    public void Apply(long offset, Span<float> tau)
    {
        Span<ulong> words = stackalloc ulong[Piece / 64];
        for (int at = 0; at < tau.Length; at += Piece)
        {
            Span<float> part = tau[at..Math.Min(tau.Length, at + Piece)];
            ref float first = ref MemoryMarshal.GetReference(part);
            signs.ReadBits(offset + at, words[..((part.Length + 63) >> 6)]);
            int j = 0;
            for (; j <= part.Length - 8; j += 8)
            {
                Vector256<float> x = Vector256.LoadUnsafe(ref first, (nuint)j);
                Vector256.AndNot(x, Outside(x, BitMask.Spread(words, j).AsSingle())).StoreUnsafe(ref first, (nuint)j);
            }

            for (; j < part.Length; j++)
            {
                part[j] = Outside(part[j], words, j) ? 0 : part[j];
            }
        }
    }

    // θ_j ← θ0_j where (θ_j - θ0_j) v_j <= 0
    /// <summary>Projects a block of parameters.</summary>
    /// <param name="offset">First entry, a multiple of 64.</param>
    /// <param name="theta">The parameters that are trained.</param>
    /// <param name="origin">The parameters of the base model.</param>
    public void Apply(long offset, Span<float> theta, ReadOnlySpan<float> origin)
    {
        Span<ulong> words = stackalloc ulong[Piece / 64];
        for (int at = 0; at < theta.Length; at += Piece)
        {
            Span<float> part = theta[at..Math.Min(theta.Length, at + Piece)];
            ReadOnlySpan<float> start = origin.Slice(at, part.Length);
            ref float first = ref MemoryMarshal.GetReference(part);
            ref float firstOrigin = ref MemoryMarshal.GetReference(start);
            signs.ReadBits(offset + at, words[..((part.Length + 63) >> 6)]);
            int j = 0;
            for (; j <= part.Length - 8; j += 8)
            {
                // The sign of a difference of floats is exact, since underflow is gradual.
                Vector256<float> x = Vector256.LoadUnsafe(ref first, (nuint)j), x0 = Vector256.LoadUnsafe(ref firstOrigin, (nuint)j);
                Vector256.ConditionalSelect(Outside(x - x0, BitMask.Spread(words, j).AsSingle()), x0, x).StoreUnsafe(ref first, (nuint)j);
            }

            for (; j < part.Length; j++)
            {
                part[j] = Outside(part[j] - start[j], words, j) ? start[j] : part[j];
            }
        }
    }

    // m_j = τ_j v_j > 0
    /// <summary>Takes the mask of a block: the entries that lie strictly inside the orthant. After a projection these are the ones that are not zero.</summary>
    /// <param name="offset">First entry, a multiple of 64.</param>
    /// <param name="tau">The block of the task vector.</param>
    /// <param name="mask">Receives the bits.</param>
    public void Mark(long offset, ReadOnlySpan<float> tau, BitMask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        Span<float> score = stackalloc float[Piece];
        Span<ulong> words = stackalloc ulong[Piece / 64];
        for (int at = 0; at < tau.Length; at += Piece)
        {
            ReadOnlySpan<float> part = tau[at..Math.Min(tau.Length, at + Piece)];
            ref float first = ref MemoryMarshal.GetReference(part);
            signs.ReadBits(offset + at, words[..((part.Length + 63) >> 6)]);
            int j = 0;
            for (; j <= part.Length - 8; j += 8)
            {
                Vector256<float> x = Vector256.LoadUnsafe(ref first, (nuint)j);
                Vector256.ConditionalSelect(BitMask.Spread(words, j).AsSingle(), x, _zeroOne ? Vector256<float>.Zero : -x).CopyTo(score[j..]);
            }

            for (; j < part.Length; j++)
            {
                score[j] = IsOn(words, j) ? part[j] : _zeroOne ? 0 : -part[j];
            }

            mask.SetPositive<float>(offset + at, score[..part.Length]);
        }
    }

    private static bool IsOn(ReadOnlySpan<ulong> words, int j) => (words[j >> 6] >> (j & 63) & 1) != 0;

    // d v <= 0 without the product: NaN, and with a sign of 0 the infinities, whose product is NaN too, count as inside.
    private bool Outside(float d, ReadOnlySpan<ulong> words, int j) => IsOn(words, j) ? d <= 0 : _zeroOne ? float.IsFinite(d) : d >= 0;

    private Vector256<float> Outside(Vector256<float> d, Vector256<float> on) => Vector256.ConditionalSelect(
        on,
        Vector256.LessThanOrEqual(d, Vector256<float>.Zero),
        _zeroOne ? Vector256.LessThan(Vector256.Abs(d), Vector256.Create(float.PositiveInfinity)) : Vector256.GreaterThanOrEqual(d, Vector256<float>.Zero));
}
