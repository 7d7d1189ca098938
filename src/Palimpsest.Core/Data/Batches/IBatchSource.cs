namespace Palimpsest.Data.Batches;

/// <summary>An endless sequence of batches whose place can be stored and found again.</summary>
/// <typeparam name="TBatch">What one forward and backward pass is made of.</typeparam>
public interface IBatchSource<out TBatch>
{
    /// <summary>The next batch.</summary>
    TBatch Next();

    /// <summary>The place in the sequence, as JSON.</summary>
    string SaveCursor();

    /// <summary>Goes to a place; the batches from there on are the same, bit for bit.</summary>
    /// <param name="cursor">What <see cref="SaveCursor"/> gave.</param>
    void RestoreCursor(string cursor);
}
