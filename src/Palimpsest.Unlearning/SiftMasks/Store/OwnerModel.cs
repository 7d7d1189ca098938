using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>One model in memory that becomes any owner's by a masked add: θ = θ0 + α m_t S / T, or with <see cref="SiftDivisor.Masks"/> θ0 + α m_t S / Σ m; for owners that left or were never there θ0 + S / T.</summary>
/// <remarks>arXiv 2504.04626, algorithm 1. Holds two vectors and a few masks beside the model, whatever the number of owners. Not thread-safe.</remarks>
public sealed class OwnerModel
{
    private const int MostMasks = 8;
    private readonly OwnerStore _store;
    private readonly OwnerReplay _base;
    private readonly Dictionary<string, BitMask> _masks = new(StringComparer.Ordinal);
    private float[] _merged = [];
    private long _generation = -1;

    /// <summary>Prepares to serve.</summary>
    /// <param name="store">The store; owners that join or leave are noticed.</param>
    /// <param name="loaded">The base model; it is changed by switching and must not be tuned meanwhile.</param>
    public OwnerModel(OwnerStore store, OwnerReplay loaded)
    {
        _store = store ?? throw new ArgumentNullException(nameof(store));
        _base = loaded ?? throw new ArgumentNullException(nameof(loaded));
        Refresh();
    }

    /// <summary>The model as it is now.</summary>
    public LanguageModel Model => _base.Tuner.Model;

    /// <summary>Makes it an owner's.</summary>
    /// <param name="name">An owner of the store; null for the maskless merge that unknown and former owners get.</param>
    /// <exception cref="PalimpsestException">There is no such owner, or its mask is damaged.</exception>
    public void Switch(string? name)
    {
        Refresh();
        if (name is null)
        {
            Put(_store.Settings is { Alpha: 1, Divisor: SiftDivisor.Owners } ? _merged : Merged(_store, masked: false), null);
            return;
        }

        OwnerRecord owner = _store.Find(name);
        if (!_masks.TryGetValue(owner.Id, out BitMask? mask))
        {
            if (_masks.Count >= MostMasks)
            {
                _masks.Clear();
            }

            _masks.Add(owner.Id, mask = _store.ReadMask(owner));
        }

        Put(_merged, mask);
    }

    /// <summary>Serves what is merged now through a mask that may no longer be in the store.</summary>
    internal void SwitchBy(BitMask mask)
    {
        Refresh();
        Put(_merged, mask);
    }

    /// <summary>Makes it the base model again.</summary>
    public void SwitchToBase() => _base.Tuner.Serve([]);

    /// <summary>Answer probabilities of examples of several owners in one call: rows of one owner are computed together, results come in the order given.</summary>
    /// <param name="rows">Owner (null for the maskless merge) and example.</param>
    public double[] AnswerProbabilities(IReadOnlyList<(string? Owner, TextExample Example)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        double[] results = new double[rows.Count];
        foreach (IGrouping<string?, int> group in Enumerable.Range(0, rows.Count).GroupBy(i => rows[i].Owner, StringComparer.Ordinal))
        {
            Switch(group.Key);
            int[] own = [.. group];
            double[] values = AnswerProbability.Measure(Model, [.. own.Select(i => rows[i].Example)]);
            for (int i = 0; i < own.Length; i++)
            {
                results[own[i]] = values[i];
            }
        }

        return results;
    }

    /// <summary>The merged vector that a store serves. [count]</summary>
    /// <param name="store">The store.</param>
    /// <param name="masked">By the store's factor and divisor, for masks; otherwise the mean, for those who have none.</param>
    internal static float[] Merged(OwnerStore store, bool masked)
    {
        float[] merged = new float[store.Settings.Count];
        if (store.Owners.Count == 0)
        {
            return merged;
        }

        bool byMasks = masked && store.Settings.Divisor == SiftDivisor.Masks;
        using FixedPointAccumulator sum = store.OpenSum();
        sum.Read(0, merged, (byMasks ? 1 : store.Owners.Count) / (masked ? store.Settings.Alpha : 1));
        if (byMasks)
        {
            DivideByUses(merged, store);
        }

        return merged;
    }

    // One mask in memory at a time. An entry that no mask uses is served to nobody.
    private static void DivideByUses(float[] merged, OwnerStore store)
    {
        int[] uses = new int[merged.Length];
        foreach (OwnerRecord owner in store.Owners)
        {
            store.ReadMask(owner).AddTo(0, uses);
        }

        for (int i = 0; i < merged.Length; i++)
        {
            merged[i] /= Math.Max(uses[i], 1);
        }
    }

    /// <summary>Puts base + masked vector into the model.</summary>
    internal void Put(ReadOnlySpan<float> merged, BitMask? mask)
    {
        Tensor values = Model.Model.Parameters.Flat!.Values;
        for (long offset = 0; offset < merged.Length; offset += 1 << 28)
        {
            using Tensor part = values.narrow(0, offset, Math.Min(1 << 28, merged.Length - offset));
            Span<float> target = MemoryMarshal.Cast<byte, float>(part.bytes);
            ReadOnlySpan<float> own = _base.Tuner.Base.Slice((int)offset, target.Length), added = merged.Slice((int)offset, target.Length);
            if (mask is null)
            {
                System.Numerics.Tensors.TensorPrimitives.Add(own, added, target);
            }
            else
            {
                Add(own, added, mask.Words(offset, target.Length), target);
            }
        }
    }

    // target = own + (added where the bit is on, else +0), in one pass over memory.
    private static void Add(ReadOnlySpan<float> own, ReadOnlySpan<float> added, ReadOnlySpan<ulong> words, Span<float> target)
    {
        ref float a = ref MemoryMarshal.GetReference(own), b = ref MemoryMarshal.GetReference(added), to = ref MemoryMarshal.GetReference(target);
        int i = 0;
        for (; i <= target.Length - 64; i += 64)
        {
            ulong word = words[i >> 6];
            for (int lane = 0; lane < 64; lane += 8)
            {
                nuint at = (nuint)(i + lane);
                Vector256<uint> through = Vector256.LoadUnsafe(ref b, at).AsUInt32() & BitMask.Spread((uint)(word >> lane));
                (Vector256.LoadUnsafe(ref a, at) + through.AsSingle()).StoreUnsafe(ref to, at);
            }
        }

        for (; i < target.Length; i++)
        {
            target[i] = own[i] + ((words[i >> 6] >> (i & 63) & 1) != 0 ? added[i] : 0f);
        }
    }

    private void Refresh()
    {
        if (_generation != _store.Head.Sequence)
        {
            _merged = Merged(_store, masked: true);
            _generation = _store.Head.Sequence;
            foreach (string gone in _masks.Keys.Except(_store.Owners.Select(owner => owner.Id)).ToArray())
            {
                _masks.Remove(gone);
            }
        }
    }
}
