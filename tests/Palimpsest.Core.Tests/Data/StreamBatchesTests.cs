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

    [Theory]
    [InlineData(TooLongPolicy.Truncate, 40, "the prompts alone fill the 16 tokens that fit")]
    [InlineData(TooLongPolicy.Skip, 40, "they have more than 16 tokens. Set data.too_long to truncate")]
    public void Next_NothingToLearn_SaysWhyAfterOnePass(TooLongPolicy policy, int length, string reason)
    {
        using StreamBatches batches = Prompts(policy, 12, length, fitting: false);
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => batches.Next());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(policy == TooLongPolicy.Skip, error.Message.Contains("data.too_long to truncate", StringComparison.Ordinal));
    }

    [Fact]
    public void Next_PromptsThatFillTheRoom_AreCountedOnceEach()
    {
        using StreamBatches batches = Prompts(TooLongPolicy.Truncate, 12, 40, fitting: true), restored = Prompts(TooLongPolicy.Truncate, 12, 40, fitting: true);
        for (int i = 0; i < 20; i++)
        {
            Assert.NotEmpty(batches.Next().Targets);
        }

        Assert.Equal((12, 13), (batches.LeftOut, batches.Read));
        restored.RestoreCursor(batches.SaveCursor());
        restored.Next();
        Assert.Equal((12, 13), (restored.LeftOut, restored.Read));
    }

    private static StreamBatches Prompts(TooLongPolicy policy, int count, int length, bool fitting) => new(
        new ExampleStream(new ListSource("list",
            [.. Enumerable.Repeat(new TextExample(new string('p', length), " a"), count), .. fitting ? new[] { new TextExample("p", " a") } : []]),
            new RandomStream(1, "stream"), 16),
        new ExampleEncoder(s_bytes, 16, policy), 1, new RandomStream(1, "batches"));

    private static StreamBatches Batches() => new(
        new ExampleStream(new ListSource("list", [.. Enumerable.Range(0, 64).Select(i => new TextExample("", new string('a', 1 + (i % 7)) + i))]), new RandomStream(1, "stream"), 16),
        new ExampleEncoder(s_bytes, 32), 4, new RandomStream(1, "batches"));
}
