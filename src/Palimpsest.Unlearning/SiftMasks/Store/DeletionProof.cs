namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>The evidence that a sum consists of the remaining owners' vectors alone.</summary>
/// <param name="CheckOfSum">The linear checksum of the sum's codes (mod 2^61 - 1).</param>
/// <param name="CheckOfOwners">The sum of the remaining owners' checksums, each taken when it joined.</param>
/// <param name="Equal">Whether they are equal (false with both 0 where they could not be computed); if the sum held anything else, they would be with a chance of 2^-61.</param>
/// <param name="SeenBefore">Sequence of an earlier ledger line whose sum has this very hash, such as the one before the owner joined if nobody else has joined or left since; null if there is none.</param>
public sealed record DeletionProof(ulong CheckOfSum, ulong CheckOfOwners, bool Equal, long? SeenBefore)
{
    /// <summary>No proof: it is not made yet, or cannot be.</summary>
    internal static DeletionProof None { get; } = new(0, 0, false, null);

    /// <summary>The proof for a store as it stands, right after some owners have left.</summary>
    /// <param name="store">The store.</param>
    /// <param name="left">Their random numbers.</param>
    /// <exception cref="PalimpsestException">The sum cannot be read.</exception>
    internal static DeletionProof Of(OwnerStore store, IReadOnlyCollection<string> left)
    {
        (ulong sum, ulong owners) = StoreVerifier.Checks(store);
        LedgerLine? same =
            store.Lines().TakeWhile(line => !left.Contains(line.Entry.Subject)).LastOrDefault(line => line.IsIntact && line.Entry.After == store.Head.After);
        return new DeletionProof(sum, owners, sum == owners, same?.Entry.Sequence);
    }
}
