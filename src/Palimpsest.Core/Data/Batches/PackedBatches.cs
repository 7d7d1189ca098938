using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>
/// Batches of an example stream in rows of a fixed length, each of which holds several examples as documents of their own: positions begin anew with each, none attends to another
/// (<see cref="TokenBatch.Documents"/>), and no target lies across two.
/// </summary>
/// <remarks>
/// Examples are gathered in pools of about 16 batches and packed by first-fit decreasing: the longest first, each into the first row with room (Johnson 1973: at most 11/9 of the fewest rows possible,
/// and 2/3 of a row). A pool's rows are dealt out evenly, so a batch may have a few rows less than asked for. The batches of a pool come in random order.
/// </remarks>
public sealed class PackedBatches : IExampleBatches
{
    private const int BatchesPerPool = 16;

    private readonly BatchPools<TokenSequence, TokenBatch> _pools;

    /// <summary>Batches from the start of a stream.</summary>
    /// <param name="stream">The examples; disposed with this object.</param>
    /// <param name="encoder">Makes tokens of them.</param>
    /// <param name="rowLength">Tokens of a row; at least the encoder's <see cref="ExampleEncoder.MaxLength"/>.</param>
    /// <param name="batchSize">Most rows of a batch.</param>
    /// <param name="random">Orders the batches of each pool.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    public PackedBatches(IExampleStream stream, ExampleEncoder encoder, int rowLength, int batchSize, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowLength, encoder.MaxLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(random);
        _pools = new BatchPools<TokenSequence, TokenBatch>(stream, encoder.Encode, encoder.MaxLength, random, next => Fill(next, rowLength, batchSize));
    }

    /// <inheritdoc/>
    public long LeftOut => _pools.LeftOut;

    /// <inheritdoc/>
    public long Read => _pools.Read;

    /// <inheritdoc/>
    public double MeanLength { get; private set; }

    /// <inheritdoc/>
    public double FillRate => _pools.Pool.Length == 0 ? 0 : _pools.Pool.Sum(batch => (double)batch.Tokens) / _pools.Pool.Sum(batch => (double)batch.Ids.Length);

    /// <inheritdoc/>
    public double UnpackedFillRate { get; private set; }

    /// <inheritdoc/>
    public TokenBatch Next() => _pools.Next();

    /// <inheritdoc/>
    public string SaveCursor() => _pools.SaveCursor();

    /// <inheritdoc/>
    public void RestoreCursor(string cursor) => _pools.RestoreCursor(cursor);

    /// <inheritdoc/>
    public void Dispose() => _pools.Dispose();

    private TokenBatch[] Fill(Func<TokenSequence> next, int rowLength, int batchSize)
    {
        List<TokenSequence> sequences = [];
        long wanted = (long)rowLength * batchSize * BatchesPerPool;
        for (long tokens = 0; tokens < wanted; tokens += sequences[^1].Ids.Length)
        {
            sequences.Add(next());
        }

        double tokensInAll = sequences.Sum(sequence => (double)sequence.Ids.Length);
        MeanLength = tokensInAll / sequences.Count;
        UnpackedFillRate = tokensInAll / sequences.Select(sequence => sequence.Ids.Length).Order().Chunk(batchSize).Sum(lengths => (double)lengths.Length * lengths[^1]);
        List<List<TokenSequence>> rows = Pack(sequences, rowLength);
        int batches = (rows.Count + batchSize - 1) / batchSize;
        return [.. Enumerable.Range(0, batches).Select(i => TokenBatch.Packed(rows[Share(i)..Share(i + 1)], rowLength))];

        int Share(int batch) => (int)((long)rows.Count * batch / batches);
    }

    private static List<List<TokenSequence>> Pack(List<TokenSequence> sequences, int rowLength)
    {
        List<List<TokenSequence>> rows = [];
        List<int> room = [];
        int first = 0;
        foreach (TokenSequence sequence in sequences.OrderByDescending(sequence => sequence.Ids.Length))
        {
            // Full rows at the front are passed over once for all.
            while (first < room.Count && room[first] == 0)
            {
                first++;
            }

            int row = room.FindIndex(first, left => left >= sequence.Ids.Length);
            if (row < 0)
            {
                row = rows.Count;
                rows.Add([]);
                room.Add(rowLength);
            }

            rows[row].Add(sequence);
            room[row] -= sequence.Ids.Length;
        }

        return rows;
    }
}
