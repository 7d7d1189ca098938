using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Takes an owner out of a store: the vector is had first and checked, then subtracted, then everything of the owner is erased.</summary>
/// <param name="store">The store.</param>
/// <param name="replay">Makes vectors again.</param>
/// <param name="save">Called with the receipt as soon as the owner has left, and once more with the audit where one was asked for.</param>
/// <param name="place">Gives the full path of the receipt's file for an owner's random number. Then a receipt that a kill keeps <paramref name="save"/> from
/// writing is written there when the store is opened again; null for none.</param>
public sealed class Deletion(OwnerStore store, OwnerReplay replay, Action<DeletionReceipt>? save = null, Func<string, string>? place = null)
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
        return Leave(owner, vector, "made again from the data and subtracted", audit ? data.Examples : null);
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
            : throw new PalimpsestException($"No vector of \"{name}\" was kept. Give its data.");
        replay.CheckKept(owner, vector);
        return Leave(owner, vector, "kept encrypted since the owner joined and subtracted", null);
    }

    /// <summary>Deletes owners whose vectors can no longer be had: the sum is built afresh from the owners that stay, at one refit (or kept vector) each.</summary>
    /// <param name="names">The owners.</param>
    /// <param name="data">Gives the data of an owner that stays; called only where no vector is kept.</param>
    /// <param name="keyFile">The key of kept vectors; null makes all from data.</param>
    /// <param name="done">Called after each owner that stays, with its record of before and the new one.</param>
    /// <param name="stop">Ends it before anything is changed.</param>
    /// <returns>A receipt each.</returns>
    /// <exception cref="PalimpsestException">Data of an owner that stays is not there or not the same; nothing was deleted.</exception>
    public IReadOnlyList<DeletionReceipt> ForgetByRebuild(
        IReadOnlyList<string> names, Func<OwnerRecord, OwnerData> data, string? keyFile = null, Action<OwnerRecord, OwnerRecord>? done = null, CancellationToken stop = default)
    {
        OwnerRecord[] leaving = [.. names.Distinct(StringComparer.Ordinal).Select(store.Find)];
        return Leave(leaving, receipts => new StoreRebuild(store, replay).Without(leaving, data, keyFile, done, stop, receipts),
            "left out of a sum that was built afresh from the owners that stay");
    }

    private DeletionReceipt Leave(OwnerRecord owner, float[] vector, string from, IReadOnlyList<TextExample>? audited)
    {
        if (audited is null)
        {
            return Leave([owner], receipts => store.Leave(owner, vector, receipts), from)[0];
        }

        OwnerModel model = new(store, replay);
        BitMask mask = store.ReadMask(owner);
        float[] before = OwnerModel.Maskless(store);
        model.Switch(owner.Name);
        double served = Ask(model, audited);
        int owners = store.Owners.Count;
        DeletionReceipt receipt = Leave([owner], receipts => store.Leave(owner, vector, receipts), from)[0];
        List<string> problems = [.. receipt.Problems];
        Try(() => receipt = receipt with { Audit = Audit(model, audited, served, before, owners, mask) }, problems);
        receipt = (receipt with { Problems = problems }).Sealed();
        save?.Invoke(receipt);
        return receipt;
    }

    private DeletionReceipt[] Leave(OwnerRecord[] leaving, Func<Func<IReadOnlyList<LedgerEntry>, IReadOnlyList<PendingReceipt>>, PalimpsestException?> leave,
        string from)
    {
        // A line that was damaged long ago keeps nobody from leaving; the receipt says so.
        List<string> problems = [];
        Try(() => store.History(), problems);
        IReadOnlyList<LedgerLine> history = store.Lines();
        string sumBefore = store.Head.After;
        DeletionReceipt[] receipts = [];
        IReadOnlyList<PendingReceipt> Make(IReadOnlyList<LedgerEntry> lines)
        {
            receipts = [.. leaving.Select(owner => Receipt(owner, from, sumBefore, [.. history, .. lines.Select(line => new LedgerLine(line, line.Hash))]))];
            return place is null ? [] : [.. receipts.Select(receipt => new PendingReceipt(receipt.Subject, place(receipt.Subject), receipt.ToJson()))];
        }

        if (leave(Make) is PalimpsestException remainder)
        {
            problems.Add(remainder.Message);
        }

        // They have left. Whatever fails from here on is said in the receipts instead of losing them.
        DeletionProof proof = DeletionProof.None;
        Try(() => proof = DeletionProof.Of(store, [.. leaving.Select(owner => owner.Id)]), problems);
        List<PalimpsestException> unsaved = [];
        for (int i = 0; i < receipts.Length; i++)
        {
            receipts[i] = (receipts[i] with { Proof = proof, Problems = [.. problems] }).Sealed();
            try
            {
                save?.Invoke(receipts[i]);
            }
            catch (PalimpsestException problem)
            {
                unsaved.Add(problem);
                continue;
            }

            // (A receipt that stays in the store although it is in its file is taken out when the store is opened again.)
            List<string> late = [.. problems];
            Try(() => Deliver(receipts[i].Subject), late);
            receipts[i] = late.Count > problems.Count ? receipts[i] with { Problems = late } : receipts[i];
        }

        return unsaved.Count == 0 ? receipts : throw new PalimpsestException(string.Join(" ", unsaved.Select(problem => problem.Message)), unsaved[0]);
    }

    private void Deliver(string subject)
    {
        if (place is not null)
        {
            store.Delivered(subject);
        }
    }

    private DeletionReceipt Receipt(OwnerRecord owner, string from, string sumBefore, LedgerLine[] lines)
    {
        LedgerEntry left = lines.Last(line => line.Entry.Subject == owner.Id && line.Entry.Action == "forget").Entry;
        LedgerLine[] own = [.. lines.SkipWhile(line => line.Entry.Subject != owner.Id).TakeWhile(line => line.Entry.Sequence <= left.Sequence)];
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
            Erased = [$"the mask ({100 * owner.Density:F0}% of {store.Settings.Count:N0} parameters)", "the row with name, data path and replay manifest",
                .. owner.KeptVector ? ["the encrypted vector"] : Array.Empty<string>()],
            SumBefore = sumBefore,
            SumAfter = left.After,
            OwnersLeft = left.Owners,
            Proof = DeletionProof.None,
            Chain = [.. own.Select(line => line.Hash)],
            Joined = own[0].Entry,
            Left = left,
            Base = $"The base model {store.Settings.ModelSha256[..12]} was not changed by this store; whatever it was trained on before is outside "
                + "this deletion.",
        };
    }

    private static void Try(Action action, List<string> problems)
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

    private DeletionAudit Audit(OwnerModel model, IReadOnlyList<TextExample> examples, double servedBefore, float[] before, int owners, BitMask mask)
    {
        double Of(Action switched)
        {
            switched();
            return Ask(model, examples);
        }

        float[] after = OwnerModel.Maskless(store), difference = before;
        for (int i = 0; i < difference.Length; i++)
        {
            difference[i] = (float)((owners * (double)before[i]) - ((owners - 1) * (double)after[i]));
        }

        return new DeletionAudit(Of(model.SwitchToBase), servedBefore, Of(() => model.Put(after)), Of(() => model.Put(difference)),
            Of(() => model.SwitchBy(mask)));
    }

    private static double Ask(OwnerModel model, IReadOnlyList<TextExample> examples)
    {
        double mean = AnswerProbability.Measure(model.Model, examples).Average();
        model.SwitchToBase();
        return mean;
    }
}
