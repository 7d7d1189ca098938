namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>A line of the ledger as it stands in the database.</summary>
/// <param name="Entry">What it says.</param>
/// <param name="Hash">The hash that was written beside it; another than the entry's own if the line was changed afterwards.</param>
internal sealed record LedgerLine(LedgerEntry Entry, string Hash)
{
    /// <summary>Whether it is as it was written.</summary>
    public bool IsIntact => Entry.Hash == Hash;
}
