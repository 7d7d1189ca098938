using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Takes an owner out of a store: the vector is had first and checked, then subtracted, then everything of the owner is erased.</summary>
/// <param name="store">The store.</param>
/// <param name="replay">Makes vectors again.</param>
/// <param name="save">Called with the receipt as soon as the owner has left, and once more with the audit where one was asked for. A receipt can be made only once.</param>
public sealed class Deletion(OwnerStore store, OwnerReplay replay, Action<DeletionReceipt>? save = null)
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
        float[] vector = replay.Again(owner, data, stop);
        return Leave(owner, () => store.Leave(owner, vector), "made again from the data and subtracted", audit ? data.Examples : null);
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
        return Leave(owner, () => store.Leave(owner, vector), "kept encrypted since the owner joined and subtracted", null);
    }

    /// <summary>Deletes an owner whose vector can no longer be had: the sum is built afresh from the owners that stay, at one refit (or kept vector) each.</summary>
    /// <param name="name">The owner.</param>
    /// <param name="data">Gives the data of an owner that stays; called only where no vector is kept.</param>
    /// <param name="keyFile">The key of kept vectors; null makes all from data.</param>
    /// <param name="done">Called after each owner that stays, with its record of before and the new one.</param>
    /// <param name="stop">Ends it before anything is changed.</param>
    /// <exception cref="PalimpsestException">Data of an owner that stays is not there or not the same; nothing was deleted.</exception>
    public DeletionReceipt ForgetByRebuild(string name, Func<OwnerRecord, OwnerData> data, string? keyFile = null, Action<OwnerRecord, OwnerRecord>? done = null, CancellationToken stop = default)
    {
        OwnerRecord owner = store.Find(name);
        return Leave(owner, () => new StoreRebuild(store, replay).Without(owner, data, keyFile, done, stop), "left out of a sum that was built afresh from the owners that stay", null);
    }

    private DeletionReceipt Leave(OwnerRecord owner, Func<PalimpsestException?> leave, string from, IReadOnlyList<TextExample>? audited)
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

        // From here on the owner has left, and whatever fails is said in the receipt instead of losing it.
        List<string> problems = [];
        void Note(PalimpsestException? problem)
        {
            if (problem is not null)
            {
                problems.Add(problem.Message);
            }
        }

        Note(leave());
        LedgerEntry left = store.Head;
        DeletionProof proof = new(0, 0, false, null);
        Try(() => proof = Prove(history), Note);
        DeletionReceipt receipt = new()
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
            Proof = proof,
            Chain = [.. history.Where(entry => entry.Sequence >= joined.Sequence).Select(entry => entry.Hash), left.Hash],
            Base = $"The base model {store.Settings.ModelSha256[..12]} was not changed by this store; whatever it was trained on before is outside this deletion.",
            Problems = problems,
        };
        save?.Invoke(receipt);
        if (model is not null)
        {
            Try(() => receipt = receipt with { Audit = Audit(model, audited!, served, before, owners, mask!) }, Note);
            receipt = receipt with { Problems = [.. problems] };
            save?.Invoke(receipt);
        }

        return receipt;
    }

    private static void Try(Action action, Action<PalimpsestException> note)
    {
        try
        {
            action();
        }
        catch (PalimpsestException problem)
        {
            note(problem);
        }
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
