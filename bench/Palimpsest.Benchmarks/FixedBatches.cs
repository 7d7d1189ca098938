using Palimpsest.Data.Batches;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>The same batch again and again.</summary>
internal sealed class FixedBatches(int batch, int time, long[] ids) : IBatchSource<TokenBatch>
{
    public TokenBatch Next()
    {
        long[] input = new long[batch * time], targets = new long[batch * time], rows = new long[batch * time];
        for (int i = 0; i < input.Length; i++)
        {
            (input[i], targets[i], rows[i]) = (ids[(i / time * (time + 1)) + (i % time)], ids[(i / time * (time + 1)) + (i % time) + 1], i);
        }

        return new TokenBatch(input, batch, time, rows, targets, input.Length);
    }

    public Tensor Input() => tensor(Next().Ids, [batch, time]);

    public Tensor Target() => tensor(Next().Targets);

    public string SaveCursor() => "";

    public void RestoreCursor(string cursor)
    {
    }
}
