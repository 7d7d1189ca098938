using System.Runtime.Intrinsics;

namespace Palimpsest.Torch.Functions.Attention;

/// <summary>Forward: blocks of queries, tiles of keys, a running softmax.</summary>
/// <remarks>Dao, FlashAttention-2, arXiv 2307.08691, algorithm 1, on heads of a CPU's cache.</remarks>
internal static unsafe class AttentionForward
{
    /// <summary>Computes the mixed values and the logarithm of each query's sum, base 2.</summary>
    /// <param name="pass">Shape.</param>
    /// <param name="q">Queries.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="rotation">Turn of queries and keys.</param>
    /// <param name="output">As <paramref name="q"/>; written.</param>
    /// <param name="logSums">[batch, heads, time]; written.</param>
    /// <param name="lanes">Threads.</param>
    public static void Run(AttentionPass pass, HeadRows q, HeadRows k, HeadRows v, Rotation rotation, HeadRows output, float* logSums, int lanes)
    {
        int time = pass.Time, width = pass.Width, block = AttentionPass.Block, scoreSize = block * AttentionPass.ScoreRow;
        long rowSize = (long)time * width, panelSize = HeadPacking.PanelSize(time, width), blockSize = (long)block * width;
        pass.ForEachHead(lanes, panelSize + (2 * rowSize) + (2 * blockSize) + scoreSize + (2 * block), 7, (scratch, sequence, head) =>
        {
            int keyHead = pass.KeyHead(head);
            Rotation turn = rotation.At((long)sequence * time);
            float* keys = scratch.Take(panelSize), rotated = scratch.Take(rowSize), values = scratch.Take(rowSize), queries = scratch.Take(blockSize), mixed = scratch.Take(blockSize);
            float* scores = scratch.Take(scoreSize), largest = scratch.Take(2 * block), sums = largest + block;
            float* key = k.Head(sequence, keyHead, width), query = q.Head(sequence, head, width), target = output.Head(sequence, head, width);
            float* logs = logSums + ((((long)sequence * pass.Heads) + head) * time);
            if (turn.Turns)
            {
                HeadPacking.Rows(key, k.Stride, 0, time, width, 1f, turn, rotated);
                HeadPacking.Panels(rotated, width, time, width, keys);
            }
            else
            {
                HeadPacking.Panels(key, k.Stride, time, width, keys);
            }

            HeadPacking.Rows(v.Head(sequence, keyHead, width), v.Stride, 0, time, width, 1f, default, values);
            for (int first = 0; first < time; first += block)
            {
                int count = Math.Min(block, time - first), groups = (count + TileProduct.Rows - 1) / TileProduct.Rows, last = first + count;
                HeadPacking.Rows(query, q.Stride, first, count, width, pass.Scale * AttentionPass.Log2E, turn, queries);
                new Span<float>(queries + (count * width), ((groups * TileProduct.Rows) - count) * width).Clear();
                for (int tile = 0; tile < last; tile += AttentionPass.Tile)
                {
                    int end = Math.Min(tile + AttentionPass.Tile, last);
                    pass.Products(queries, first, groups, keys, tile, end, scores);
                    for (int group = 0, row = 0; group < groups; group++, row += TileProduct.Rows)
                    {
                        Weigh(scores + (row * AttentionPass.ScoreRow), first + row + 1 - tile, Math.Min(first + row + TileProduct.Rows, end) - tile, tile > 0, largest + row, sums + row, mixed + (row * width), width);
                    }

                    pass.Mix(scores, first, groups, values, tile, end, mixed);
                }

                for (int row = 0; row < count; row++)
                {
                    HeadPacking.Announce(target, output.Stride, first + row, width);
                    logs[first + row] = largest[row] + MathF.Log2(sums[row]);
                    default(Rotation).Copy(mixed + (row * width), target + ((first + row) * output.Stride), width, 0, 1f / sums[row], 1f);
                }
            }
        });
    }

    /// <summary>Makes weights of the scores of six rows; when a later tile has a larger score, what has been summed so far shrinks.</summary>
    private static void Weigh(float* scores, int seen, int count, bool again, float* largest, float* sums, float* mixed, int width)
    {
        float* now = stackalloc float[2 * TileProduct.Rows], added = now + TileProduct.Rows;
        CausalSoftmax.Hide(scores, AttentionPass.ScoreRow, seen, count, float.NegativeInfinity);
        CausalSoftmax.Largest(scores, AttentionPass.ScoreRow, count, now);
        for (int row = 0; row < TileProduct.Rows; row++)
        {
            if (!again)
            {
                (largest[row], sums[row]) = (now[row], 0f);
            }
            else if (now[row] > largest[row])
            {
                Vector256<float> factor = CausalSoftmax.Exp2(Vector256.Create(largest[row] - now[row]));
                (largest[row], sums[row]) = (now[row], sums[row] * factor[0]);
                for (int i = 0; i < width; i += 8)
                {
                    (Vector256.Load(mixed + (row * width) + i) * factor).Store(mixed + (row * width) + i);
                }
            }
        }

        CausalSoftmax.Exponentials(scores, AttentionPass.ScoreRow, count, largest, added);
        CausalSoftmax.Hide(scores, AttentionPass.ScoreRow, seen, count, 0f);
        for (int row = 0; row < TileProduct.Rows; row++)
        {
            sums[row] += added[row];
        }
    }
}
