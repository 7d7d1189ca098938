using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Text;
using Palimpsest.Unlearning.Approximate;

namespace Palimpsest.Tests.Unlearning.Approximate;

/// <summary>Which rows come together, and that a place is found again.</summary>
public sealed class ForgetRetainBatchesTests
{
    [Fact]
    public void Next_OverPasses_BringsEachForgetRowOnceAPass()
    {
        ForgetRetainBatches batches = Batches(seed: 1);
        long[] seen = [.. Enumerable.Range(0, 21).SelectMany(_ => batches.Next().Forget.Ids.Chunk(3).Select(row => row[0]))];
        foreach (long[] pass in seen.Chunk(7))
        {
            Assert.Equal(Enumerable.Range(0, 7).Select(id => (long)id), pass.Order());
        }

        Assert.True(seen.Chunk(7).Distinct(new SameOrder()).Count() > 1);
    }

    [Fact]
    public void Next_RetainRows_AreDrawnUniformly()
    {
        ForgetRetainBatches batches = Batches(seed: 2);
        long[] drawn = [.. Enumerable.Range(0, 1000).SelectMany(_ => batches.Next().Retain!.Ids.Chunk(3).Select(row => row[0]))];
        Assert.Equal(3000, drawn.Length);
        Assert.All(drawn.CountBy(id => id), row => Assert.InRange(row.Value, 500, 700)); // 600 of each of 5, give or take 22
        Assert.Equal(5, drawn.Distinct().Count());
    }

    [Fact]
    public void RestoreCursor_AnyPlace_GoesOnWithTheSameBatches()
    {
        ForgetRetainBatches first = Batches(seed: 3), second = Batches(seed: 3);
        for (int i = 0; i < 5; i++)
        {
            first.Next();
        }

        second.RestoreCursor(first.SaveCursor());
        for (int i = 0; i < 9; i++)
        {
            ForgetRetainBatch one = first.Next(), other = second.Next();
            Assert.Equal(one.Forget.Ids, other.Forget.Ids);
            Assert.Equal(one.Retain!.Ids, other.Retain!.Ids);
        }

        ForgetRetainBatches fewer = new(Rows(6, 0), Rows(5, 20), 3, new RandomStream(3));
        Assert.Contains("start the run anew", Assert.Throws<PalimpsestException>(() => fewer.RestoreCursor(first.SaveCursor())).Message,
            StringComparison.Ordinal);
        Assert.Throws<PalimpsestException>(() => first.RestoreCursor("no place"));
    }

    [Fact]
    public void Next_FewerForgetRowsThanABatch_HoldsEachOnce()
    {
        ForgetRetainBatch batch = new ForgetRetainBatches(Rows(3, 0), Rows(5, 20), 8, new RandomStream(1)).Next();
        Assert.Equal([0, 1, 2], batch.Forget.Ids.Chunk(3).Select(row => row[0]).Order());
        Assert.Equal(3, batch.Retain!.Batch);
    }

    [Fact]
    public void OtherAnswers_StandInTheOrderOfTheForgetRows()
    {
        Tokenizer tokenizer = LanguageTokenizer();
        ListSource forget = new("forget", [new("Q1 Answer:", " one"), new("Q2 Answer:", " two")]);
        EncodedList rows = new(forget, new ExampleEncoder(tokenizer, 64));
        ListSource others = new("others", [new("Q2 Answer:", " a"), new("Q1 Answer:", " b"), new("Q1 Answer:", " c"), new("Q2 Answer:", " d")]);
        ForgetRetainBatches batches = new(rows, null, 2, new RandomStream(1), OtherAnswers.Given(rows, others));
        ForgetRetainBatch batch = batches.Next();
        Assert.Null(batch.Retain);
        string[] Texts(TokenBatch side) => [.. Enumerable.Range(0, side.Batch).Select(row =>
            tokenizer.Decode([.. side.Ids.Skip(row * side.Time).Take(side.Lengths![row]).Select(id => (int)id)]))];
        string[] asked = Texts(batch.Forget), answered = Texts(batch.Alternates!);
        Assert.Equal(4, answered.Length);
        foreach ((int row, string text) in answered.Index())
        {
            string prompt = asked[row % 2].Contains("Q1", StringComparison.Ordinal) ? "Q1" : "Q2";
            Assert.Contains(prompt, text, StringComparison.Ordinal);
            Assert.Contains(prompt == "Q1" ? (row < 2 ? " b" : " c") : (row < 2 ? " a" : " d"), text, StringComparison.Ordinal);
        }

        ListSource uneven = new("others", [new("Q1 Answer:", " b")]);
        Assert.Contains("Q2", Assert.Throws<PalimpsestException>(() => OtherAnswers.Given(rows, uneven)).Message, StringComparison.Ordinal);
        TokenSequence refused = OtherAnswers.Refusing(rows, ["I don't know."])(0, new RandomStream(1)).Single();
        Assert.Contains("Answer: I don't know.", tokenizer.Decode(refused.Ids), StringComparison.Ordinal);
    }

    private static Tokenizer LanguageTokenizer()
    {
        using ModelSource source = ModelSource.Open(EmbeddedModels.Resolve(EmbeddedModels.Default));
        return source.ReadTokenizer();
    }

    private static ForgetRetainBatches Batches(long seed) => new(Rows(7, 0), Rows(5, 20), 3, new RandomStream(seed));

    private static TokenSequence[] Rows(int count, int first) => [.. Enumerable.Range(first, count).Select(id => new TokenSequence([id, 40, 41], 1))];

    private sealed class SameOrder : IEqualityComparer<long[]>
    {
        public bool Equals(long[]? x, long[]? y) => x!.SequenceEqual(y!);

        public int GetHashCode(long[] obj) => (int)obj[0];
    }
}
