using System.Runtime.Intrinsics;

namespace Palimpsest.Torch.Functions.Attention;

/// <summary>Backward: probabilities again from the scores and the kept logarithms, then the gradients of values, keys and queries.</summary>
/// <remarks>
/// Dao, FlashAttention-2, arXiv 2307.08691, algorithm 2, with the queries outside: P = 2^(S - L); dV = P^T dO; dP = dO V^T; D = rowsum(dO * O); dS = P * (dP - D); dQ = dS K; dK = dS^T Q.
/// </remarks>
internal static unsafe class AttentionBackward
{
    /// <summary>Computes the gradients.</summary>
    /// <param name="pass">Shape.</param>
    /// <param name="inputs">Queries, keys, values, output and its gradient.</param>
    /// <param name="rotation">Turn of queries and keys.</param>
    /// <param name="logSums">As the forward pass left them.</param>
    /// <param name="queryGradient">Of the queries; written.</param>
    /// <param name="keyGradient">[batch, time, heads * width], of each query head's own share in its keys; written.</param>
    /// <param name="valueGradient">Same.</param>
    /// <param name="lanes">Threads.</param>
    public static void Run(
        AttentionPass pass, (HeadRows Q, HeadRows K, HeadRows V, HeadRows Output, HeadRows Gradient) inputs, Rotation rotation, float* logSums,
        HeadRows queryGradient, HeadRows keyGradient, HeadRows valueGradient, int lanes)
    {
        int time = pass.Time, width = pass.Width, block = AttentionPass.Block, scoreSize = block * AttentionPass.ScoreRow;
        long rowSize = (long)time * width, panelSize = HeadPacking.PanelSize(time, width), blockSize = (long)block * width, sumSize = (long)(time + TileProduct.Rows) * width;
        pass.ForEachHead(lanes, (2 * panelSize) + rowSize + (2 * sumSize) + (3 * blockSize) + (2 * scoreSize) + (2 * block), 11, (scratch, sequence, head) =>
        {
            int keyHead = pass.KeyHead(head);
            Rotation turn = rotation.At((long)sequence * time);
            float* keyPanels = scratch.Take(panelSize), valuePanels = scratch.Take(panelSize), keys = scratch.Take(rowSize), keySums = scratch.Take(sumSize), valueSums = scratch.Take(sumSize);
            float* queries = scratch.Take(blockSize), gradients = scratch.Take(blockSize), querySums = scratch.Take(blockSize), scores = scratch.Take(scoreSize), scoreGradients = scratch.Take(scoreSize);
            float* logs = scratch.Take(2 * block), means = logs + block;
            float* query = inputs.Q.Head(sequence, head, width), output = inputs.Output.Head(sequence, head, width), gradient = inputs.Gradient.Head(sequence, head, width);
            float* logSum = logSums + ((((long)sequence * pass.Heads) + head) * time);
            HeadPacking.Rows(inputs.K.Head(sequence, keyHead, width), inputs.K.Stride, 0, time, width, 1f, turn, keys);
            HeadPacking.Panels(keys, width, time, width, keyPanels);
            HeadPacking.Panels(inputs.V.Head(sequence, keyHead, width), inputs.V.Stride, time, width, valuePanels);
            new Span<float>(keySums, checked((int)sumSize)).Clear();
            new Span<float>(valueSums, checked((int)sumSize)).Clear();
            for (int first = 0; first < time; first += block)
            {
                int count = Math.Min(block, time - first), groups = (count + TileProduct.Rows - 1) / TileProduct.Rows, last = first + count, padding = ((groups * TileProduct.Rows) - count) * width;
                HeadPacking.Rows(query, inputs.Q.Stride, first, count, width, pass.Scale * AttentionPass.Log2E, turn, queries);
                HeadPacking.Rows(gradient, inputs.Gradient.Stride, first, count, width, 1f, default, gradients);
                new Span<float>(queries + (count * width), padding).Clear();
                new Span<float>(gradients + (count * width), padding).Clear();
                for (int row = 0; row < groups * TileProduct.Rows; row++)
                {
                    bool real = row < count;
                    HeadPacking.Announce(output, inputs.Output.Stride, first + row, width);
                    logs[row] = real ? logSum[first + row] : 0f;
                    means[row] = real ? Dot(gradients + (row * width), output + ((first + row) * inputs.Output.Stride), width) : 0f;
                }

                for (int tile = 0; tile < last; tile += AttentionPass.Tile)
                {
                    int end = Math.Min(tile + AttentionPass.Tile, last);
                    pass.Products(queries, first, groups, keyPanels, tile, end, scores);
                    pass.Products(gradients, first, groups, valuePanels, tile, end, scoreGradients);
                    for (int group = 0, row = 0; group < groups; group++, row += TileProduct.Rows)
                    {
                        float* p = scores + (row * AttentionPass.ScoreRow), dp = scoreGradients + (row * AttentionPass.ScoreRow);
                        int seen = first + row + 1 - tile, keysSeen = Math.Min(first + row + TileProduct.Rows, end) - tile;
                        CausalSoftmax.Gradients(p, dp, AttentionPass.ScoreRow, keysSeen, logs + row, means + row);
                        CausalSoftmax.Hide(p, AttentionPass.ScoreRow, seen, keysSeen, 0f);
                        CausalSoftmax.Hide(dp, AttentionPass.ScoreRow, seen, keysSeen, 0f);
                    }

                    Gather(pass, scores, gradients, first, count, tile, end, valueSums);
                    Gather(pass, scoreGradients, queries, first, count, tile, end, keySums);
                    pass.Mix(scoreGradients, first, groups, keys, tile, end, querySums);
                }

                Spread(querySums, first, count, width, pass.Scale, turn, queryGradient.Head(sequence, head, width), queryGradient.Stride);
            }

            Spread(keySums, 0, time, width, 1f / AttentionPass.Log2E, turn, keyGradient.Head(sequence, head, width), keyGradient.Stride);
            Spread(valueSums, 0, time, width, 1f, default, valueGradient.Head(sequence, head, width), valueGradient.Stride);
        });
    }

    /// <summary>sums += weights^T rows for the keys of a tile; a key gathers from the queries of the block that see it.</summary>
    private static void Gather(AttentionPass pass, float* weights, float* rows, int first, int count, int tile, int end, float* sums)
    {
        for (int key = tile; key < end; key += TileProduct.Rows)
        {
            int from = Math.Max(0, key - first);
            TileProduct.Multiply(
                weights + (from * AttentionPass.ScoreRow) + (key - tile), 1, AttentionPass.ScoreRow, rows + (from * pass.Width), pass.Width, count - from, pass.Width,
                sums + ((long)key * pass.Width), pass.Width, add: true);
        }
    }

    private static void Spread(float* sums, int first, int count, int width, float factor, Rotation turn, float* target, nint stride)
    {
        for (int row = 0; row < count; row++)
        {
            HeadPacking.Announce(target, stride, first + row, width);
            turn.Copy(sums + ((long)row * width), target + ((first + row) * stride), width, first + row, factor, -1f);
        }
    }

    private static float Dot(float* a, float* b, int width)
    {
        Vector256<float> sum = default;
        for (int i = 0; i < width; i += 8)
        {
            sum += Vector256.Load(a + i) * Vector256.Load(b + i);
        }

        return Vector256.Sum(sum);
    }
}
