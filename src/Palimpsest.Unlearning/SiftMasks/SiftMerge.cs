using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Merging;

namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>The sum of the owners' task vectors in fixed point: owners join, are served by their masks, and leave without a trace in it.</summary>
/// <remarks>
/// arXiv 2504.04626, algorithm 1. After a removal the codes equal, bit for bit, those of a sum that never held the owner. Removed masks must be deleted by whoever keeps them: a stale mask still serves part of what was deleted.
/// What the guarantee does not cover: whoever holds the maskless model of before and after a removal can compute the removed vector from the two. Not thread-safe.
/// </remarks>
/// <param name="sum">Task vectors in fixed point; stays its creator's.</param>
/// <param name="owners">How many owners the sum holds already.</param>
/// <param name="options">Factor and divisor of served tasks.</param>
public sealed class SiftMerge(FixedPointAccumulator sum, int owners = 0, SiftOptions? options = null)
{
    private const int BlockLength = 1 << 15, Piece = 1 << 10;
    private readonly SiftOptions _options = options ?? new SiftOptions();

    /// <summary>How many owners the sum holds.</summary>
    public int Owners { get; private set; } = owners;

    // S ← S + round(2^k τ_t)
    /// <summary>Adds an owner's vector.</summary>
    /// <param name="tasks">Source of the vector; it is read twice, once to check it.</param>
    /// <param name="task">Which of them.</param>
    /// <returns>The hash of the vector, to be kept for <see cref="Remove"/>.</returns>
    /// <exception cref="PalimpsestException">A value is NaN, infinite or too large for the fixed point, or there is no room for another owner; nothing was added.</exception>
    public string Add(ITaskVectors tasks, int task)
    {
        if (Owners >= sum.Format.MostTerms)
        {
            throw new PalimpsestException($"The sum holds {Owners} owners, as many as its fixed point has room for. Start another one, or use fewer fraction bits.");
        }

        string hash = Hash(tasks, task);
        ForEach(tasks, task, (offset, tau) => sum.Add(offset, tau));
        Owners++;
        return hash;
    }

    // S ← S - round(2^k τ_t)
    /// <summary>Takes an owner's vector out again.</summary>
    /// <param name="tasks">Source that makes the vector again, with the same bits.</param>
    /// <param name="task">Which of them.</param>
    /// <param name="hash">What <see cref="Add"/> returned.</param>
    /// <exception cref="PalimpsestException">The vector is not the one that was added, or there is no owner; nothing was changed.</exception>
    public void Remove(ITaskVectors tasks, int task, string hash)
    {
        string found = Hash(tasks, task);
        if (Owners == 0 || found != hash)
        {
            throw new PalimpsestException(Owners == 0
                ? "The sum holds no owner, so none can leave."
                : $"The vector made again has hash {found}, but {hash} was added: subtracting it would not delete the owner. Train it on the machine, versions and threads of the first time.");
        }

        ForEach(tasks, task, (offset, tau) => sum.Subtract(offset, tau));
        Owners--;
    }

    // θ = θ0 + α m_t S / T;   without mask θ0 + S / T
    /// <summary>The parameters that serve an owner, block by block.</summary>
    /// <param name="offset">First entry, a multiple of 64.</param>
    /// <param name="origin">The base model's block.</param>
    /// <param name="mask">The owner's mask; null for owners that left or were never there.</param>
    /// <param name="theta">Receives the block.</param>
    /// <param name="uses">With <see cref="SiftDivisor.Masks"/>: for each entry of the block the number of masks that use it (<see cref="BitMask.AddTo"/>).</param>
    public void Serve(long offset, ReadOnlySpan<float> origin, BitMask? mask, Span<float> theta, ReadOnlySpan<int> uses = default)
    {
        bool byMasks = mask is not null && _options.Divisor == SiftDivisor.Masks;
        if (byMasks && uses.Length != theta.Length)
        {
            throw new ArgumentException("The mean over masks needs the number of masks of each entry.", nameof(uses));
        }

        double alpha = mask is null ? 1 : _options.Alpha;

        // Small pieces stay in the cache between the three steps.
        for (int at = 0; at < theta.Length; at += Piece)
        {
            Span<float> part = theta[at..Math.Min(theta.Length, at + Piece)];
            sum.Read(offset + at, part, byMasks ? 1 : Math.Max(Owners, 1));
            mask?.Apply(offset + at, part);
            AddTo(origin.Slice(at, part.Length), part, alpha, byMasks ? uses.Slice(at, part.Length) : default);
        }
    }

    /// <summary>The hash of a vector as the sum sees it: SHA-256 of its codes, lower-case hexadecimal.</summary>
    /// <exception cref="PalimpsestException">A value is NaN, infinite or too large for the fixed point.</exception>
    public string Hash(ITaskVectors tasks, int task)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long[] codes = new long[BlockLength];
        ForEach(tasks, task, (offset, tau) =>
        {
            sum.Format.Quantize(tau, codes, offset);
            hash.AppendData(MemoryMarshal.AsBytes(codes.AsSpan(0, tau.Length)));
        });
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // θ_j = θ0_j + α τ_j / n_j in f64, rounded once
    private static void AddTo(ReadOnlySpan<float> origin, Span<float> tau, double alpha, ReadOnlySpan<int> uses)
    {
        ref float first = ref MemoryMarshal.GetReference(tau), firstOrigin = ref MemoryMarshal.GetReference(origin);
        int j = 0;
        for (; j <= tau.Length - 8; j += 8)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref first, (nuint)j));
            (Vector256<double> lowOrigin, Vector256<double> highOrigin) = Vector256.Widen(Vector256.LoadUnsafe(ref firstOrigin, (nuint)j));
            (low, high) = (low * alpha, high * alpha);
            if (!uses.IsEmpty)
            {
                (Vector256<long> lowUses, Vector256<long> highUses) = Vector256.Widen(Vector256.Max(Vector256.Create(uses[j..]), Vector256<int>.One));
                (low, high) = (low / Vector256.ConvertToDouble(lowUses), high / Vector256.ConvertToDouble(highUses));
            }

            Vector256.Narrow(lowOrigin + low, highOrigin + high).StoreUnsafe(ref first, (nuint)j);
        }

        for (; j < tau.Length; j++)
        {
            tau[j] = (float)(origin[j] + (alpha * tau[j] / (uses.IsEmpty ? 1 : Math.Max(uses[j], 1))));
        }
    }

    private void ForEach(ITaskVectors tasks, int task, BlockAction action)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tasks.Layout.Count, sum.Count, nameof(tasks));
        float[] block = new float[Math.Min(BlockLength, sum.Count)];
        for (long offset = 0; offset < sum.Count; offset += BlockLength)
        {
            Span<float> tau = block.AsSpan(0, (int)Math.Min(BlockLength, sum.Count - offset));
            tasks.Read(task, offset, tau);
            action(offset, tau);
        }
    }

    private delegate void BlockAction(long offset, ReadOnlySpan<float> tau);
}
