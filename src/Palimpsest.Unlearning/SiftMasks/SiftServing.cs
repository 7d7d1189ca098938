using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>How the sum of the owners' vectors serves: θ = θ0 + α m_t S / T for an owner with mask m_t, or with <see cref="SiftDivisor.Masks"/> θ0 + α m_t S /
/// Σ m; θ0 + S / T for whoever has no mask.</summary>
/// <remarks>
/// arXiv 2504.04626, algorithm 1. The one form of it: stores, experiments and audits serve by these functions. A merged vector is f32, rounded from the
/// quotient of the codes, once for all owners; serving one is a masked addition.
/// What the guarantee of a deletion does not cover: whoever holds the maskless model of before and after a removal can compute the removed vector from the two.
/// </remarks>
public static class SiftServing
{
    private const int Piece = 1 << 10, PastCaches = 1 << 22;

    // m_j = round(2^k τ_j) ≠ 0
    /// <summary>Takes the mask of a block of a vector: the entries that the sum sees.</summary>
    /// <param name="offset">First entry, a multiple of 64.</param>
    /// <param name="codes">The block in fixed point.</param>
    /// <param name="mask">Receives the bits.</param>
    public static void Mark(long offset, ReadOnlySpan<long> codes, BitMask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        Span<float> seen = stackalloc float[Piece];
        for (int at = 0; at < codes.Length; at += Piece)
        {
            ReadOnlySpan<long> part = codes[at..Math.Min(codes.Length, at + Piece)];
            for (int i = 0; i < part.Length; i++)
            {
                seen[i] = part[i] == 0 ? 0 : 1;
            }

            mask.SetPositive<float>(offset + at, seen[..part.Length]);
        }
    }

    // S_j / T
    /// <summary>What is served to those who have no mask: the mean.</summary>
    /// <param name="sum">The sum of the owners' vectors.</param>
    /// <param name="owners">How many it holds.</param>
    /// <returns>Added to the base. [count]</returns>
    public static float[] Maskless(FixedPointAccumulator sum, int owners) => Merged(sum, owners, new SiftOptions(), []);

    // α S_j / T, or α S_j / max(Σ m_j, 1)
    /// <summary>What is served through masks.</summary>
    /// <param name="sum">The sum of the owners' vectors.</param>
    /// <param name="owners">How many it holds.</param>
    /// <param name="options">Factor and divisor.</param>
    /// <param name="masks">The masks of all owners, one after the other; read with <see cref="SiftDivisor.Masks"/> only.</param>
    /// <returns>Added to the base where a mask is on. [count]</returns>
    public static float[] Merged(FixedPointAccumulator sum, int owners, SiftOptions options, IEnumerable<BitMask> masks)
    {
        ArgumentNullException.ThrowIfNull(sum);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(masks);
        float[] merged = new float[sum.Count];
        bool byMasks = options.Divisor == SiftDivisor.Masks;
        sum.Read(0, merged, (byMasks ? 1 : Math.Max(owners, 1)) / options.Alpha);
        if (!byMasks)
        {
            return merged;
        }

        int[] uses = new int[merged.Length];
        foreach (BitMask mask in masks)
        {
            mask.AddTo(0, uses);
        }

        for (int i = 0; i < merged.Length; i++)
        {
            merged[i] /= Math.Max(uses[i], 1); // an entry that no mask uses is served to nobody
        }

        return merged;
    }

    // θ_j = θ0_j + m_j τ_j
    /// <summary>The parameters that serve, block by block.</summary>
    /// <param name="offset">First entry, a multiple of 64.</param>
    /// <param name="origin">The base model's block.</param>
    /// <param name="merged">The merged vector's block.</param>
    /// <param name="mask">The owner's mask; null for owners that left or were never there.</param>
    /// <param name="theta">Receives the block.</param>
    public static unsafe void Serve(long offset, ReadOnlySpan<float> origin, ReadOnlySpan<float> merged, BitMask? mask, Span<float> theta)
    {
        if (mask is null)
        {
            TensorPrimitives.Add(origin, merged, theta);
            return;
        }

        ReadOnlySpan<ulong> words = mask.Words(offset, theta.Length);
        ref float a = ref MemoryMarshal.GetReference(origin), b = ref MemoryMarshal.GetReference(merged);
        int i = 0;
        fixed (float* to = theta)
        {
            // Past the caches, the old values need not be read in order to be written over.
            bool pastCaches = theta.Length >= PastCaches && (nuint)to % 32 == 0;
            for (; i <= theta.Length - 64; i += 64)
            {
                ulong word = words[i >> 6];
                for (int lane = 0; lane < 64; lane += 8)
                {
                    nuint at = (nuint)(i + lane);
                    Vector256<float> through = (Vector256.LoadUnsafe(ref b, at).AsUInt32() & BitMask.Spread((uint)(word >> lane))).AsSingle();
                    Vector256<float> served = Vector256.LoadUnsafe(ref a, at) + through;
                    if (pastCaches)
                    {
                        served.StoreAlignedNonTemporal(to + at);
                    }
                    else
                    {
                        served.Store(to + at);
                    }
                }
            }
        }

        for (; i < theta.Length; i++)
        {
            theta[i] = origin[i] + ((words[i >> 6] >> (i & 63) & 1) != 0 ? merged[i] : 0f);
        }
    }
}
