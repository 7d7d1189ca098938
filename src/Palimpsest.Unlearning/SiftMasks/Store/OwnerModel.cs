using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>One model in memory that becomes any owner's by a masked addition (<see cref="SiftServing"/>).</summary>
/// <remarks>Holds two vectors and a few masks beside the model, whatever the number of owners. Not thread-safe.</remarks>
public sealed class OwnerModel
{
    private const int MostMasks = 8;
    private readonly OwnerReplay _base;
    private readonly Dictionary<string, BitMask> _masks = new(StringComparer.Ordinal);
    private float[] _merged = [];
    private long _generation = -1;

    /// <summary>Prepares to serve.</summary>
    /// <param name="store">The store; owners that join or leave are noticed.</param>
    /// <param name="loaded">The base model; it is changed by switching and must not be tuned meanwhile.</param>
    public OwnerModel(OwnerStore store, OwnerReplay loaded)
    {
        Store = store ?? throw new ArgumentNullException(nameof(store));
        _base = loaded ?? throw new ArgumentNullException(nameof(loaded));
        Refresh();
    }

    /// <summary>The store.</summary>
    public OwnerStore Store { get; }

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
            Put(Store.Settings is { Alpha: 1, Divisor: SiftDivisor.Owners } ? _merged : Maskless(Store));
            return;
        }

        OwnerRecord owner = Store.Find(name);
        if (!_masks.TryGetValue(owner.Id, out BitMask? mask))
        {
            if (_masks.Count >= MostMasks)
            {
                _masks.Clear();
            }

            _masks.Add(owner.Id, mask = Store.ReadMask(owner));
        }

        _base.Tuner.Serve(_merged, mask);
    }

    /// <summary>Makes it an owner's and asks it, in one: no answer is given for an owner who has left by the time that it is ready.</summary>
    /// <param name="name">As for <see cref="Switch"/>.</param>
    /// <param name="ask">Asks the model.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="PalimpsestException">There is no such owner, or no longer.</exception>
    public T Ask<T>(string? name, Func<LanguageModel, T> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        while (true)
        {
            T answer;
            try
            {
                Switch(name);
                answer = ask(Model);
            }
            catch (PalimpsestException) when (Store.Refresh())
            {
                continue; // such as a mask that was erased while it was read
            }

            if (!Store.Refresh())
            {
                return answer;
            }
        }
    }

    /// <summary>Serves what is merged now through a mask that may no longer be in the store.</summary>
    internal void SwitchBy(BitMask mask)
    {
        Refresh();
        _base.Tuner.Serve(_merged, mask);
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

    /// <summary>What a store serves through masks. [count]</summary>
    internal static float[] Merged(OwnerStore store) => Of(store, sum => SiftServing.Merged(
        sum, store.Owners.Count, new SiftOptions { Alpha = store.Settings.Alpha, Divisor = store.Settings.Divisor }, store.Owners.Select(store.ReadMask)));

    /// <summary>What a store serves to those who have no mask. [count]</summary>
    internal static float[] Maskless(OwnerStore store) => Of(store, sum => SiftServing.Maskless(sum, store.Owners.Count));

    /// <summary>Puts base + vector into the model.</summary>
    internal void Put(ReadOnlySpan<float> vector) => _base.Tuner.Serve(vector);

    private static float[] Of(OwnerStore store, Func<FixedPointAccumulator, float[]> read)
    {
        if (store.Owners.Count == 0)
        {
            return new float[store.Settings.Count];
        }

        using FixedPointAccumulator sum = store.OpenSum();
        return read(sum);
    }

    private void Refresh()
    {
        Store.Refresh();
        while (_generation != Store.Head.Sequence)
        {
            float[] merged;
            try
            {
                merged = Merged(Store);
            }
            catch (PalimpsestException) when (Store.Refresh())
            {
                continue; // the sum that was being read has just been erased for the next one
            }

            // A sum is erased only after the ledger has named the next one: what was read while the ledger stayed the same is whole.
            if (Store.Refresh())
            {
                continue;
            }

            (_merged, _generation) = (merged, Store.Head.Sequence);
            foreach (string gone in _masks.Keys.Except(Store.Owners.Select(owner => owner.Id)).ToArray())
            {
                _masks.Remove(gone);
            }
        }
    }
}
