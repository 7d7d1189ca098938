using System.Text.Json;
using CsCheck;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;
using Palimpsest.Numerics;
using Palimpsest.Tests.Text;
using Palimpsest.Text;

namespace Palimpsest.Tests.Data;

public sealed class PackedBatchesTests
{
    private static readonly Tokenizer s_bytes = TinyTokenizer.Bytes().Add(256, "<end>", special: true).Parse("""{"eos_token": "<end>"}""");
    private static readonly Gen<TextExample[]> s_examples = Gen.Select(Gen.Char['a', 'e'].Array[0, 12], Gen.Char['a', 'e'].Array[1, 12], Gen.Bool)
        .Select((prompt, completion, chat) => chat ? new Conversation([new("u", new string(prompt)), new("assistant", new string(completion)), new("u", "?")]).ToExample() : new TextExample(new string(prompt), new string(completion)))
        .Array[1, 40];

    [Fact]
    public void Next_OnePool_HoldsEveryTokenOnceAndTheTargetsOfUnpackedBatches() =>
        Gen.Select(s_examples, Gen.Int[0, 30], Gen.Int[1, 5], Gen.Long).Sample((examples, more, batchSize, seed) =>
        {
            int length = 64 + more;
            using PackedBatches batches = new(Stream(examples), new ExampleEncoder(s_bytes, 64), length, batchSize, new RandomStream(seed));
            List<TokenBatch> pool = Pool(batches);
            int documents = pool.Sum(batch => Enumerable.Range(0, batch.Batch).Sum(row => (int)batch.Documents!.AsSpan(row * length, length).ToArray().Max() + 1));

            ExampleEncoder encoder = new(s_bytes, 64);
            TokenSequence[] sequences = [.. Enumerable.Range(0, documents).Select(i => encoder.Encode(examples[i % examples.Length])!)];
            Assert.Equal(Contexts(sequences.Select(sequence => TokenBatch.Of([sequence]))), Contexts(pool));
            Assert.Equal(sequences.Select(sequence => string.Join(' ', sequence.Ids)).Order(StringComparer.Ordinal), pool.SelectMany(Documents).Select(document => string.Join(' ', document)).Order(StringComparer.Ordinal));
            Assert.Equal(pool.Sum(batch => batch.Tokens), sequences.Sum(sequence => sequence.Ids.Length));
            Assert.All(pool, batch => Assert.InRange(batch.Batch, 1, batchSize));
            Assert.Equal(pool.Sum(batch => batch.Tokens) / (double)pool.Sum(batch => batch.Batch * length), batches.FillRate, 12);
            Assert.Equal(sequences.Average(sequence => sequence.Ids.Length), batches.MeanLength, 12);
            double unpacked = sequences.Select(sequence => sequence.Ids.Length).Order().Chunk(batchSize).Sum(lengths => lengths.Length * lengths.Max());
            Assert.Equal(pool.Sum(batch => batch.Tokens) / unpacked, batches.UnpackedFillRate, 12);
            // First fit leaves at most one row that is not more than half full.
            Assert.InRange(batches.FillRate, 0.5 * (pool.Sum(batch => batch.Batch) - 1) / pool.Sum(batch => batch.Batch), 1);
        }, iter: 100);

    [Fact]
    public void RestoreCursor_AtAnyMoment_ContinuesExactly() =>
        Gen.Select(s_examples, Gen.Int[0, 50], Gen.Long).Sample((examples, moment, seed) =>
        {
            using PackedBatches batches = new(Stream(examples), new ExampleEncoder(s_bytes, 64), 70, 2, new RandomStream(seed));
            for (int i = 0; i < moment; i++)
            {
                batches.Next();
            }

            string cursor = batches.SaveCursor();
            using PackedBatches restored = new(Stream(examples), new ExampleEncoder(s_bytes, 64), 70, 2, new RandomStream(seed));
            restored.RestoreCursor(cursor);
            for (int i = 0; i < 25; i++)
            {
                (TokenBatch expected, TokenBatch actual) = (batches.Next(), restored.Next());
                Assert.Equal(expected.Ids, actual.Ids);
                Assert.Equal(expected.Rows, actual.Rows);
                Assert.Equal(expected.Targets, actual.Targets);
                Assert.Equal(expected.Positions, actual.Positions);
                Assert.Equal(expected.Documents, actual.Documents);
            }

            Assert.Equal(batches.SaveCursor(), restored.SaveCursor());
        }, iter: 50);

    [Fact]
    public void FillRate_TextsOfManyLengths_IsHigh()
    {
        RandomStream random = new(3, "lengths");
        using PackedBatches batches = new(Stream([.. Enumerable.Range(0, 500).Select(_ => new TextExample("", new string('a', 1 + random.NextInt(60))))]), new ExampleEncoder(s_bytes, 64), 128, 4, new RandomStream(1));
        Pool(batches);
        Assert.InRange(batches.FillRate, 0.97, 1);
    }

    [Fact]
    public void Packed_RowTooLong_Throws() => Assert.Throws<ArgumentException>(() => TokenBatch.Packed([[new TokenSequence([1, 2], 1), new TokenSequence([3], 0)]], 2));

    [Fact]
    public void Packed_TwoDocuments_GivesPositionsDocumentsAndTargets()
    {
        TokenBatch batch = TokenBatch.Packed([[new TokenSequence([5, 6, 7], 0), new TokenSequence([8, 9], 0)], [new TokenSequence([1, 2, 3], 2)]], 6);
        Assert.Equal([5, 6, 7, 8, 9, 0, 1, 2, 3, 0, 0, 0], batch.Ids);
        Assert.Equal([0, 1, 2, 0, 1, 0, 0, 1, 2, 0, 0, 0], batch.Positions!);
        Assert.Equal([0, 0, 0, 1, 1, -1, 0, 0, 0, -1, -1, -1], batch.Documents!);
        Assert.Equal([0, 1, 3, 7], batch.Rows);
        Assert.Equal([6, 7, 9, 3], batch.Targets);
        Assert.Equal(8, batch.Tokens);
    }

    [Fact]
    public void Packed_Labels_StandBehindTheLastTokenOfTheirDocuments()
    {
        TokenSequence[] sequences = [new([5, 6, 7], 0) { Label = 4 }, new([8, 9], 0) { Label = 0 }, new([1], 0) { Label = 2 }];
        TokenBatch packed = TokenBatch.Packed([sequences[..2], sequences[2..]], 6), apart = TokenBatch.Of(sequences);
        Assert.Equal([2, 4, 6], packed.Rows);
        Assert.Equal([4, 0, 2], packed.Targets);
        Assert.Equal([2, 4, 6], apart.Rows);
        Assert.Equal([4, 0, 2], apart.Targets);
        Assert.All(sequences, sequence => Assert.Equal(1, sequence.Targets));
    }

    private static ExampleStream Stream(TextExample[] examples) => new(new ListSource("list", examples), new RandomStream(1, "stream"), buffer: 1);

    private static List<TokenBatch> Pool(PackedBatches batches)
    {
        List<TokenBatch> pool = [];
        while (true)
        {
            string before = batches.SaveCursor();
            TokenBatch batch = batches.Next();
            using JsonDocument cursor = JsonDocument.Parse(batches.SaveCursor());
            if (cursor.RootElement.GetProperty("Pool").GetInt64() > 0)
            {
                // The fill rate belongs to the present pool, so the first one is made again.
                batches.RestoreCursor(before);
                string start = before.Replace($"\"Batch\":{pool.Count}", "\"Batch\":0", StringComparison.Ordinal);
                batches.RestoreCursor(start);
                batches.Next();
                return pool;
            }

            pool.Add(batch);
        }
    }

    // What may be seen, and what is to be predicted from it.
    private static IEnumerable<string> Contexts(IEnumerable<TokenBatch> batches) => batches.SelectMany(batch => batch.Rows.Select((row, i) =>
    {
        long start = batch.Positions is null ? row / batch.Time * batch.Time : row - batch.Positions[row];
        Assert.True(batch.Documents is null || (batch.Documents[start] == batch.Documents[row] && batch.Documents[row] == batch.Documents[row + 1]));
        return $"{string.Join(' ', batch.Ids[(int)start..((int)row + 1)])} -> {batch.Targets[i]}";
    })).Order(StringComparer.Ordinal);

    private static IEnumerable<long[]> Documents(TokenBatch batch) => Enumerable.Range(0, batch.Ids.Length).Where(i => batch.Documents![i] != TokenBatch.Padding)
        .GroupBy(i => (i / batch.Time, batch.Documents![i])).Select(document => document.Select(i => batch.Ids[i]).ToArray());
}
