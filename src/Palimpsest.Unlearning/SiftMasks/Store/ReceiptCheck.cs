using System.Text.Json.Nodes;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Checks receipts of owners who have left: on their own, and against the store.</summary>
public static class ReceiptCheck
{
    private const int HashLength = 64;

    /// <summary>Reads a receipt and checks it.</summary>
    /// <param name="path">The receipt's file.</param>
    /// <param name="store">The store that it is of; null to check the receipt on its own.</param>
    /// <returns>The receipt, and what was checked: whether it holds (null where an earlier version wrote nothing to check), and what it is.</returns>
    /// <exception cref="PalimpsestException">The file is no receipt, or the store's ledger cannot be read.</exception>
    public static (DeletionReceipt Receipt, IReadOnlyList<(bool? Holds, string What)> Checks) Run(string path, OwnerStore? store = null)
    {
        (DeletionReceipt receipt, JsonObject text) = DeletionReceipt.Read(path);
        return (receipt, [.. Alone(receipt, text), .. store is null ? [] : Against(receipt, store)]);
    }

    private static IEnumerable<(bool? Holds, string What)> Alone(DeletionReceipt receipt, JsonObject text)
    {
        bool? whole = DeletionReceipt.IsSealed(text);
        yield return (whole, whole is null
            ? "hash of the receipt: none, as an earlier version wrote it" : "hash of the receipt: the text is as it was written");
        DeletionProof proof = receipt.Proof;
        yield return (proof.Equal && proof.CheckOfSum == proof.CheckOfOwners,
            $"linear checksum: of the sum {proof.CheckOfSum}, of the owners that stayed {proof.CheckOfOwners}");
        IReadOnlyList<string> chain = receipt.Chain;
        bool formed = chain.Count >= 2 && chain.All(hash => hash.Length == HashLength && hash.All(char.IsAsciiHexDigitLower))
            && chain.Distinct(StringComparer.Ordinal).Count() == chain.Count;
        yield return (formed, $"chain: {chain.Count} different hashes, from joining to leaving");
        if (receipt is not { Joined: { } joined, Left: { } left } || chain.Count < 2)
        {
            yield return (null, "lines of joining and leaving: not in the receipt, as an earlier version wrote it");
            yield break;
        }

        yield return (joined.Hash == chain[0] && joined.Action == "add" && joined.Subject == receipt.Subject,
            "line of joining: begins the chain and is this owner's");
        yield return (left.Hash == chain[^1] && left.Previous == chain[^2] && left.Action == "forget" && left.Subject == receipt.Subject,
            "line of leaving: ends the chain and is this owner's");
        yield return (
            left.After == receipt.SumAfter && left.Vector == receipt.VectorSha256 && left.Owners == receipt.OwnersLeft && left.Time == receipt.Time
                && (left.Before == receipt.SumBefore || left.Before == receipt.SumAfter),
            "sums, vector, owners and time: those of the line of leaving");
    }

    private static IEnumerable<(bool? Holds, string What)> Against(DeletionReceipt receipt, OwnerStore store)
    {
        yield return (receipt.Store == store.Settings.Id, $"store: the receipt is of {store.Path}");
        IReadOnlyList<LedgerEntry>? history = null;
        string problem = "";
        try
        {
            history = store.History();
        }
        catch (PalimpsestException broken)
        {
            problem = $" ({broken.Message})";
        }

        yield return (history is not null, $"ledger of the store: every line follows from the one before{problem}");
        LedgerEntry[] lines = [.. store.Lines().Where(line => line.IsIntact).Select(line => line.Entry)];
        int first = Array.FindIndex(lines, line => receipt.Chain.Count > 0 && line.Hash == receipt.Chain[0]);
        yield return (first >= 0 && lines.Skip(first).Take(receipt.Chain.Count).Select(line => line.Hash).SequenceEqual(receipt.Chain, StringComparer.Ordinal),
            "chain in the store: the same lines, one behind the other");
        LedgerEntry? left = lines.LastOrDefault(line => line.Subject == receipt.Subject && line.Action == "forget");
        yield return (left is not null && receipt.Chain.Count > 0 && left.Hash == receipt.Chain[^1] && left.After == receipt.SumAfter
            && left.Owners == receipt.OwnersLeft && left.Time == receipt.Time, "line of leaving in the store: owner, sum and time of the receipt");
        if (receipt.Proof.SeenBefore is long seen)
        {
            yield return (lines.Any(line => line.Sequence == seen && line.After == receipt.SumAfter), $"sum: the hash of line {seen}, before the owner joined");
        }

        yield return (store.Owners.All(owner => owner.Id != receipt.Subject) && Directory.GetFiles(store.Folder.Masks, receipt.Subject + "*").Length == 0
            && !File.Exists(store.Folder.Vector(receipt.Subject)), "owner: neither row, mask nor vector is in the store");
        (ulong sum, ulong owners, string damage) = Checks(store);
        yield return (damage.Length == 0 && sum == owners,
            $"sum now: {(damage.Length > 0 ? damage : $"its linear checksum is that of the {store.Owners.Count} owners")}");
    }

    private static (ulong Sum, ulong Owners, string Damage) Checks(OwnerStore store)
    {
        try
        {
            (ulong sum, ulong owners) = StoreVerifier.Checks(store);
            return (sum, owners, "");
        }
        catch (PalimpsestException problem)
        {
            return (0, 0, problem.Message);
        }
    }
}
