namespace Palimpsest.Data.Batches;

/// <summary>Batches made of examples, with figures about them. The shares and lengths are those of the present pool, 0 before the first batch.</summary>
public interface IExampleBatches : IBatchSource<TokenBatch>, IDisposable
{
    /// <summary>Examples left out so far because they are too long, or because nothing of them is to be learnt; each counted once, however often it
    /// comes.</summary>
    long LeftOut { get; }

    /// <summary>Examples read so far, each counted once.</summary>
    long Read { get; }

    /// <summary>Mean length of the examples in tokens.</summary>
    double MeanLength { get; }

    /// <summary>Share of the batches that is tokens, not padding.</summary>
    double FillRate { get; }

    /// <summary>The same share if each example had a row of its own, among others of about its length.</summary>
    double UnpackedFillRate { get; }
}
