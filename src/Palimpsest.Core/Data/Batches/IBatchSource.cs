namespace Palimpsest.Data.Batches;

/// <summary>An endless sequence of batches whose place can be stored and found again.</summary>
public interface IBatchSource
{
    /// <summary>The next batch.</summary>
    TokenBatch Next();

    /// <summary>The place in the sequence, as JSON.</summary>
    string SaveCursor();

    /// <summary>Goes to a place; the batches from there on are the same, bit for bit.</summary>
    /// <param name="cursor">What <see cref="SaveCursor"/> gave.</param>
    void RestoreCursor(string cursor);
}
