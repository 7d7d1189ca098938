using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Makes sum, masks and manifests of a store again: after damage, or on another machine, where old vectors do not come out with the same bits.</summary>
/// <param name="store">The store.</param>
/// <param name="replay">Makes vectors.</param>
public sealed class StoreRebuild(OwnerStore store, OwnerReplay replay)
{
    /// <summary>Makes everything again; true all at once at the end.</summary>
    /// <param name="data">Gives an owner's data; called only where no vector is kept.</param>
    /// <param name="keyFile">The key of kept vectors; null makes all from data.</param>
    /// <param name="done">Called after each owner, with its record of before and the new one.</param>
    /// <param name="stop">Ends it; nothing is changed.</param>
    /// <exception cref="PalimpsestException">Some data is not there or not the same; nothing is changed.</exception>
    public void Run(Func<OwnerRecord, OwnerData> data, string? keyFile = null, Action<OwnerRecord, OwnerRecord>? done = null, CancellationToken stop = default)
    {
        if (Without([], data, keyFile, done, stop) is PalimpsestException problem)
        {
            throw problem;
        }
    }

    /// <summary>Makes everything again but for some owners, who leave with it.</summary>
    /// <returns>What could not be erased although they have left, or null.</returns>
    internal PalimpsestException? Without(
        IReadOnlyList<OwnerRecord> leaving, Func<OwnerRecord, OwnerData> data, string? keyFile, Action<OwnerRecord, OwnerRecord>? done, CancellationToken stop,
        Func<IReadOnlyList<LedgerEntry>, IReadOnlyList<PendingReceipt>>? receipts = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        List<OwnerRecord> renewed = [];
        return store.Replace(
            sum =>
            {
                foreach (OwnerRecord owner in store.Owners.Where(owner => leaving.All(gone => gone.Id != owner.Id)))
                {
                    stop.ThrowIfCancellationRequested();
                    (OwnerRecord next, float[] vector) = Again(owner, data, keyFile, stop);
                    sum.Add(0, vector);
                    renewed.Add(next);
                    done?.Invoke(owner, next);
                }
            },
            renewed,
            leaving,
            receipts);
    }

    private (OwnerRecord Owner, float[] Vector) Again(OwnerRecord owner, Func<OwnerRecord, OwnerData> data, string? keyFile, CancellationToken stop)
    {
        float[] vector;
        ReplayManifest manifest = owner.Manifest;
        if (owner.KeptVector && keyFile is not null)
        {
            try
            {
                vector = VectorVault.Open(keyFile, create: false).Read(store.Folder.Vector(owner.Id), owner.Id, store.Settings.Count, store.Format);
                replay.CheckKept(owner, vector);
            }
            catch (PalimpsestException problem)
            {
                throw new PalimpsestException($"\"{owner.Name}\": {problem.Message} All vectors can be made from data instead.", problem);
            }
        }
        else
        {
            OwnerData own = data(owner);
            if (own.Sha256 != manifest.DataSha256)
            {
                throw new LostDataException(owner.Name, $"{own.Path}: the data of \"{owner.Name}\" is not what was added. Restore it.");
            }

            TunedOwner tuned = replay.Tune(owner.Name, own, stop);
            (vector, manifest) = (tuned.Vector, tuned.Manifest);
        }

        (_, ulong check, BitMask mask) = replay.Describe(vector);
        return (owner with { Density = mask.Density, MaskSha256 = store.Folder.WriteMask(owner.Id, mask), SumCheck = check, KeptVector = owner.KeptVector && manifest.VectorSha256 == owner.Manifest.VectorSha256, Manifest = manifest }, vector);
    }
}
