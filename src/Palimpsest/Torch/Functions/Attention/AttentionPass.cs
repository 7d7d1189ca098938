namespace Palimpsest.Torch.Functions.Attention;

/// <summary>What both directions share: shape, blocks and how the heads are dealt out.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Time">Tokens of a sequence.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads, a divisor of <paramref name="Heads"/>.</param>
/// <param name="Width">Head width, a multiple of 8.</param>
/// <param name="Scale">Factor of the scores.</param>
internal sealed record AttentionPass(int Batch, int Time, int Heads, int KeyHeads, int Width, float Scale)
{
    /// <summary>Queries of a block, a multiple of six: the scores of a block and a tile of keys stay in the second-level cache.</summary>
    public const int Block = 48;

    /// <summary>Keys of a tile: a multiple of 16, and of <see cref="Block"/>, so that a tile begins before every query of a block or behind all.</summary>
    public const int Tile = 288;

    /// <summary>Distance of two rows of scores: the softmax writes up to 16 zeros behind a row.</summary>
    public const int ScoreRow = Tile + 16;

    /// <summary>log2 e.</summary>
    public const float Log2E = 1.44269504088896341f;

    /// <summary>The key head of a query head.</summary>
    public int KeyHead(int head) => head / (Heads / KeyHeads);

    /// <summary>Runs <paramref name="body"/>(scratch, sequence, head) for all query heads. Which lane takes a head is open; what it computes is not.</summary>
    public void ForEachHead(int lanes, long scratch, int pieces, Action<HeadScratch, int, int> body)
    {
        int next = -1, count = Batch * Heads;
        lanes = Math.Min(lanes, count);
        Lanes.For(lanes, count, (_, _, _) =>
        {
            using HeadScratch own = new(scratch, pieces);
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                own.Reset();
                body(own, i / Heads, i % Heads);
            }
        });
    }

    /// <summary>Scores of a block of packed queries with the keys of a tile that its last query may see; products entirely above the diagonal are left out.</summary>
    /// <param name="rows">[queries, width]</param>
    /// <param name="first">First query.</param>
    /// <param name="groups">Groups of six queries.</param>
    /// <param name="panels">All keys, transposed in panels.</param>
    /// <param name="tile">First key of the tile.</param>
    /// <param name="end">End of the keys.</param>
    /// <param name="scores">Written.</param>
    public unsafe void Products(float* rows, int first, int groups, float* panels, int tile, int end, float* scores)
    {
        for (int key = tile; key < end; key += TileProduct.Columns)
        {
            int group = Math.Max(0, (key - first) / TileProduct.Rows);
            for (; group < groups; group++)
            {
                TileProduct.Multiply(
                    rows + (group * TileProduct.Rows * Width), Width, 1, panels + ((long)key * Width), TileProduct.Columns, Width, TileProduct.Columns,
                    scores + (group * TileProduct.Rows * ScoreRow) + (key - tile), ScoreRow, add: false);
            }
        }
    }

    /// <summary>target = or += weights B for a block of queries: the sums run over the keys of a tile up to each group's last query.</summary>
    public unsafe void Mix(float* weights, int first, int groups, float* b, int tile, int end, float* target)
    {
        for (int group = 0; group < groups; group++)
        {
            int depth = Math.Min(first + ((group + 1) * TileProduct.Rows), end) - tile;
            TileProduct.Multiply(
                weights + (group * TileProduct.Rows * ScoreRow), ScoreRow, 1, b + ((long)tile * Width), Width, depth, Width, target + (group * TileProduct.Rows * Width), Width, add: tile > 0);
        }
    }
}
