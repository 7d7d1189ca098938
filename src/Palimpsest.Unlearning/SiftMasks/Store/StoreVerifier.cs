using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Checks a store: chain, sum, masks, and by sample or whole that vectors come out again with the same bits.</summary>
/// <param name="store">The store.</param>
public sealed class StoreVerifier(OwnerStore store)
{
    private const int Block = 1 << 16;

    /// <summary>Checks everything that needs no training.</summary>
    /// <returns>What is wrong, in words that name who is concerned; empty if nothing is.</returns>
    public IReadOnlyList<string> Files()
    {
        List<string> problems = [];
        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (PalimpsestException problem)
            {
                problems.Add(problem.Message);
            }
        }

        Try(() => store.History());
        Try(() =>
        {
            (ulong sum, ulong owners) = Checks(store);
            if (sum != owners)
            {
                problems.Add($"The sum's check is {sum}, but the checks of its {store.Owners.Count} owners add up to {owners}: it holds something else than their vectors. 'palimpsest owners rebuild' makes it again.");
            }
        });
        foreach (OwnerRecord owner in store.Owners)
        {
            Try(() => store.ReadMask(owner));
        }

        return problems;
    }

    /// <summary>Makes an owner's vector again and compares all that was kept of it: hash, check and mask.</summary>
    /// <exception cref="PalimpsestException">Something differs.</exception>
    public float[] Owner(OwnerReplay replay, OwnerRecord owner, OwnerData data, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(replay);
        ArgumentNullException.ThrowIfNull(owner);
        float[] vector = replay.Again(owner, data, stop);
        (_, ulong check, BitMask mask) = replay.Describe(vector);
        return check == owner.SumCheck && mask.ContentEquals(store.ReadMask(owner)) ? vector : throw new PalimpsestException($"The vector of \"{owner.Name}\" is the one that was added, but its mask or check is not. 'palimpsest owners rebuild' makes them again.");
    }

    /// <summary>Whether the sum equals, bit for bit, one built afresh from vectors.</summary>
    /// <param name="vectors">One an owner, in any order, each used before the next is asked for.</param>
    public bool EqualsFreshSum(IEnumerable<float[]> vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        using FixedPointAccumulator fresh = new(store.Settings.Count, store.Format);
        foreach (float[] vector in vectors)
        {
            fresh.Add(0, vector);
        }

        using FixedPointAccumulator sum = store.OpenSum();
        for (long offset = 0; offset < sum.Count; offset += Block)
        {
            int length = (int)Math.Min(Block, sum.Count - offset);
            if (!sum.Block(offset, length).SequenceEqual(fresh.Block(offset, length)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The check of the sum, and the sum of the owners' checks.</summary>
    internal static (ulong Sum, ulong Owners) Checks(OwnerStore store)
    {
        using FixedPointAccumulator sum = store.OpenSum();
        SumCheck check = store.Check;
        ulong total = SumCheck.Zero;
        for (long offset = 0; offset < sum.Count; offset += Block)
        {
            total = SumCheck.Add(total, check.Of(offset, sum.Block(offset, (int)Math.Min(Block, sum.Count - offset))));
        }

        return (total, store.Owners.Aggregate(SumCheck.Zero, (checks, owner) => SumCheck.Add(checks, owner.SumCheck)));
    }
}
