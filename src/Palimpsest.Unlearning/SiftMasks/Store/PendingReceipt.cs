namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>A receipt that is not in its file yet. It comes true with the leaving itself, so that no kill in between can lose it, and is erased as soon as the
/// file is there.</summary>
/// <param name="Subject">The owner's random number.</param>
/// <param name="File">Where it goes, as a full path.</param>
/// <param name="Json">The receipt.</param>
internal sealed record PendingReceipt(string Subject, string File, string Json);
