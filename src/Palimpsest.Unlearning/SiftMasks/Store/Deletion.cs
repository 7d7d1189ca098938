using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Takes an owner out of a store: the vector is had first and checked, then subtracted, then everything of the owner is erased.</summary>
/// <param name="store">The store.</param>
/// <param name="replay">Makes vectors again.</param>
public sealed class Deletion(OwnerStore store, OwnerReplay replay)
{
    /// <summary>Deletes an owner whose data is at hand.</summary>
    /// <param name="name">The owner.</param>
    /// <param name="data">What was added.</param>
    /// <param name="audit">Whether the two leaks are measured.</param>
    /// <param name="stop">Ends it before anything is changed.</param>
    /// <returns>The receipt, to be written outside the store.</returns>
    /// <exception cref="PalimpsestException">The vector cannot be made again; nothing was deleted.</exception>
    public DeletionReceipt Forget(string name, OwnerData data, bool audit = false, CancellationToken stop = default)
    {
        OwnerRecord owner = store.Find(name);
        return Leave(owner, replay.Again(owner, data, stop), "made again from the data", audit ? data.Examples : null);
    }

    /// <summary>Deletes an owner by its kept vector, without its data.</summary>
    /// <param name="name">The owner.</param>
    /// <param name="keyFile">The key of kept vectors.</param>
    /// <exception cref="PalimpsestException">No vector was kept, or it cannot be decrypted; nothing was deleted.</exception>
    public DeletionReceipt ForgetByKeptVector(string name, string keyFile)
    {
        OwnerRecord owner = store.Find(name);
        float[] vector = owner.KeptVector
            ? VectorVault.Open(keyFile, create: false).Read(store.Folder.Vector(owner.Id), owner.Id, store.Settings.Count, store.Format)
            : throw new PalimpsestException($"No vector of \"{name}\" was kept. Give its data with --data.");
        replay.CheckKept(owner, vector);
        return Leave(owner, vector, "kept encrypted since the owner joined", null);
    }

    private DeletionReceipt Leave(OwnerRecord owner, float[] vector, string from, IReadOnlyList<TextExample>? audited)
    {
        IReadOnlyList<LedgerEntry> history = store.History();
        LedgerEntry joined = history.First(entry => entry.Subject == owner.Id);
        OwnerModel? model = audited is null ? null : new OwnerModel(store, replay);
        BitMask? mask = audited is null ? null : store.ReadMask(owner);
        float[] before = audited is null ? [] : OwnerModel.Merged(store, masked: false);
        model?.Switch(owner.Name);
        double served = model is null ? 0 : Ask(model, audited!);
        int owners = store.Owners.Count;
        string sumBefore = store.Head.After;
        LedgerEntry left = store.Leave(owner, vector);
        return new DeletionReceipt
        {
            Store = store.Settings.Id,
            Owner = owner.Name,
            Subject = owner.Id,
            Time = left.Time,
            Examples = owner.Manifest.Examples,
            DataSha256 = owner.Manifest.DataSha256,
            VectorSha256 = owner.Manifest.VectorSha256,
            VectorFrom = from,
            Erased = [$"the mask ({100 * owner.Density:F0}% of {store.Settings.Count:N0} parameters)", "the row with name, data path and replay manifest", .. owner.KeptVector ? ["the encrypted vector"] : Array.Empty<string>()],
            SumBefore = sumBefore,
            SumAfter = left.After,
            OwnersLeft = left.Owners,
            Proof = Prove(history),
            Chain = [.. history.Where(entry => entry.Sequence >= joined.Sequence).Select(entry => entry.Hash), left.Hash],
            Base = $"The base model {store.Settings.ModelSha256[..12]} was not changed by this store; whatever it was trained on before is outside this deletion.",
            Audit = model is null ? null : Audit(model, audited!, served, before, owners, mask!),
        };
    }

    private DeletionProof Prove(IReadOnlyList<LedgerEntry> earlier)
    {
        (ulong sum, ulong owners) = StoreVerifier.Checks(store);
        LedgerEntry? same = earlier.LastOrDefault(entry => entry.After == store.Head.After);
        return new DeletionProof(sum, owners, sum == owners, same?.Sequence);
    }

    private DeletionAudit Audit(OwnerModel model, IReadOnlyList<TextExample> examples, double servedBefore, float[] before, int owners, BitMask mask)
    {
        double Of(Action switched)
        {
            switched();
            return Ask(model, examples);
        }

        float[] after = OwnerModel.Merged(store, masked: false), difference = before;
        for (int i = 0; i < difference.Length; i++)
        {
            difference[i] = (float)((owners * (double)before[i]) - ((owners - 1) * (double)after[i]));
        }

        return new DeletionAudit(Of(model.SwitchToBase), servedBefore, Of(() => model.Put(after, null)), Of(() => model.Put(difference, null)), Of(() => model.SwitchBy(mask)));
    }

    private static double Ask(OwnerModel model, IReadOnlyList<TextExample> examples)
    {
        double mean = AnswerProbability.Measure(model.Model, examples).Average();
        model.SwitchToBase();
        return mean;
    }
}
