using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Numerics;
using Palimpsest.Tests.Text;
using Palimpsest.Text;

namespace Palimpsest.Tests.Data;

public sealed class StreamBatchesTests
{
    private static readonly Tokenizer s_bytes = TinyTokenizer.Bytes().Add(256, "<end>", special: true).Parse("""{"eos_token": "<end>"}""");

    [Fact]
    public void RestoreCursor_AfterEveryBatch_ContinuesExactly()
    {
        // Beyond two pools, so that the moment between pools is among them.
        for (int moment = 0; moment <= 40; moment++)
        {
            using StreamBatches whole = Batches(), restored = Batches();
            for (int i = 0; i < moment; i++)
            {
                whole.Next();
            }

            restored.RestoreCursor(whole.SaveCursor());
            for (int i = 0; i < 3; i++)
            {
                (TokenBatch expected, TokenBatch actual) = (whole.Next(), restored.Next());
                Assert.Equal(expected.Ids, actual.Ids);
                Assert.Equal(expected.Targets, actual.Targets);
            }
        }
    }

    [Fact]
    public void Next_OnePass_HoldsEveryExampleOnce()
    {
        using StreamBatches batches = Batches();
        List<string> seen = [];
        while (seen.Count < 64)
        {
            TokenBatch batch = batches.Next();
            seen.AddRange(Enumerable.Range(0, batch.Batch).Select(row => string.Join(' ', batch.Ids.AsSpan(row * batch.Time, batch.Time).ToArray().TakeWhile(id => id != 256))));
        }

        Assert.Equal(64, seen.Distinct(StringComparer.Ordinal).Count());
    }

    private static StreamBatches Batches() => new(
        new ExampleStream(new ListSource("list", [.. Enumerable.Range(0, 64).Select(i => new TextExample("", new string('a', 1 + (i % 7)) + i))]), new RandomStream(1, "stream"), 16),
        new ExampleEncoder(s_bytes, 32), 4, new RandomStream(1, "batches"));
}
