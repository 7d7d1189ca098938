using System.Runtime.Intrinsics;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>Keeps a task vector in the orthant of a sign vector while it is trained, and takes its mask.</summary>
/// <remarks>
/// arXiv 2504.04626, section 3. Call <see cref="Apply(long, Span{float}, ReadOnlySpan{float})"/> after each optimizer step (before it with <see cref="SiftOptions.ProjectBeforeStep"/>); the optimizer's moments stay as they are.
/// This is the exact Euclidean projection. Entries that leave the orthant become +0, and so does -0; NaN stays NaN, so that it is refused later instead of being hidden. Thread-safe on blocks.
/// </remarks>
/// <param name="signs">The same for all owners, drawn before any data is seen.</param>
/// <param name="options">How the paper is read.</param>
public sealed class SiftProjection(SignVector signs, SiftOptions? options = null)
{
    private const int Piece = 1024;
    private readonly bool _zeroOne = options?.ZeroOneSigns ?? false;

    /// <summary>Number of entries.</summary>
    public long Count => signs.Count;

    // τ_j ← 0 where τ_j v_j <= 0
    /// <summary>Projects a block of a task vector.</summary>
    /// <param name="offset">First entry, a multiple of 64.</param>
    /// <param name="tau">The block.</param>
    public void Apply(long offset, Span<float> tau)
    {
        Span<float> v = stackalloc float[Piece];
        for (int at = 0; at < tau.Length; at += Piece)
        {
            Span<float> part = tau[at..Math.Min(tau.Length, at + Piece)];
            Read(offset + at, v[..part.Length]);
            int j = 0;
            for (; j <= part.Length - 8; j += 8)
            {
                Vector256<float> x = Vector256.Create<float>(part[j..]);
                Vector256.AndNot(x, Vector256.LessThanOrEqual(x * Vector256.Create<float>(v[j..]), Vector256<float>.Zero)).CopyTo(part[j..]);
            }

            for (; j < part.Length; j++)
            {
                part[j] = part[j] * v[j] <= 0 ? 0 : part[j];
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
        Span<float> v = stackalloc float[Piece];
        for (int at = 0; at < theta.Length; at += Piece)
        {
            Span<float> part = theta[at..Math.Min(theta.Length, at + Piece)];
            ReadOnlySpan<float> start = origin.Slice(at, part.Length);
            Read(offset + at, v[..part.Length]);
            int j = 0;
            for (; j <= part.Length - 8; j += 8)
            {
                // The sign of a difference of floats is exact, since underflow is gradual.
                Vector256<float> x = Vector256.Create<float>(part[j..]), x0 = Vector256.Create<float>(start[j..]);
                Vector256<float> outside = Vector256.LessThanOrEqual((x - x0) * Vector256.Create<float>(v[j..]), Vector256<float>.Zero);
                Vector256.ConditionalSelect(outside, x0, x).CopyTo(part[j..]);
            }

            for (; j < part.Length; j++)
            {
                part[j] = (part[j] - start[j]) * v[j] <= 0 ? start[j] : part[j];
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
        for (int at = 0; at < tau.Length; at += Piece)
        {
            ReadOnlySpan<float> part = tau[at..Math.Min(tau.Length, at + Piece)];
            Span<float> v = score[..part.Length];
            Read(offset + at, v);
            for (int j = 0; j < part.Length; j++)
            {
                v[j] *= part[j];
            }

            mask.SetPositive<float>(offset + at, v);
        }
    }

    private void Read(long offset, Span<float> v)
    {
        signs.Read(offset, v);
        if (_zeroOne)
        {
            foreach (ref float sign in v)
            {
                sign = Math.Max(sign, 0);
            }
        }
    }
}
