using System.Text.Json;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Writes receipts of owners who have left where a killed process, or a full disk, kept them from their files.</summary>
internal static class LateReceipts
{
    private const string Late = "The process that took the owner out ended before the receipt was in its file; it was written when the store was opened again.";

    /// <summary>Writes what waits; called when a store is opened, before anything else is done to it.</summary>
    /// <returns>A sentence each, for people.</returns>
    public static IReadOnlyList<string> Write(OwnerStore store, OwnerLedger ledger)
    {
        List<PendingReceipt> pending = ledger.Pending();
        return [.. pending.Select(receipt => Write(receipt, [.. pending.Select(other => other.Subject)], store, ledger))];
    }

    private static string Write(PendingReceipt pending, string[] left, OwnerStore store, OwnerLedger ledger)
    {
        try
        {
            // The file may be there already, if the kill came right behind it; somebody else's is not replaced.
            if (IsOf(pending.File, pending.Subject))
            {
                ledger.Settle(pending.Subject);
                return $"{pending.File}: the receipt of an owner that left before is there.";
            }

            DeletionReceipt receipt = Completed(pending, left, store, ledger);
            string file = Path.Exists(pending.File) ? $"{pending.File}.{pending.Subject[..8]}.json" : pending.File;
            receipt.Write(file);
            ledger.Settle(pending.Subject);
            return $"{file}: the receipt of an owner that left before, which could not be written then, is there now.";
        }
        catch (PalimpsestException problem)
        {
            return $"A receipt of an owner that left before still waits in the store, with the owner's name. {problem.Message} It is written when the "
                + "store is opened again.";
        }
        catch (JsonException problem)
        {
            return $"{store.Path}: a receipt of an owner that left before is damaged ({problem.Message.TrimEnd('.')}). Restore ledger.db from a backup.";
        }
    }

    // Nothing has happened to the store since, so the proof is the one that the killed process would have made. It is kept, for later openings may come after
    // other operations.
    private static DeletionReceipt Completed(PendingReceipt pending, string[] left, OwnerStore store, OwnerLedger ledger)
    {
        DeletionReceipt receipt = JsonSerializer.Deserialize<DeletionReceipt>(pending.Json, StoreJson.Options) ?? throw new JsonException("it is empty");
        if (receipt.Sha256 is not null)
        {
            return receipt;
        }

        List<string> problems = [.. receipt.Problems, Late];
        DeletionProof proof = DeletionProof.None;
        try
        {
            proof = DeletionProof.Of(store, left);
        }
        catch (PalimpsestException problem)
        {
            problems.Add(problem.Message);
        }

        receipt = (receipt with { Proof = proof, Problems = problems }).Sealed();
        ledger.Settle(pending.Subject, receipt.ToJson());
        return receipt;
    }

    private static bool IsOf(string file, string subject)
    {
        try
        {
            return File.Exists(file) && DeletionReceipt.Read(file).Receipt.Subject == subject;
        }
        catch (PalimpsestException)
        {
            return false;
        }
    }
}
