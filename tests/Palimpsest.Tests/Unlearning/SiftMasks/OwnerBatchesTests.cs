using Palimpsest.Data.Batches;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.SiftMasks;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

public sealed class OwnerBatchesTests
{
    [Fact]
    public void Next_AllFitIntoABatch_EveryStepHoldsEachOnceWithLittlePadding()
    {
        TokenSequence[] sequences = Sequences([100, 12, 11, 98, 10, 12, 99, 9, 11, 101]);
        OwnerBatches batches = new(sequences, 16, new RandomStream(1));
        Assert.Equal(2, batches.Parts);
        for (int step = 0; step < 3; step++)
        {
            TokenBatch[] parts = [.. Enumerable.Range(0, batches.Parts).Select(_ => batches.Next())];
            Assert.Equal(sequences.Sum(sequence => sequence.Ids.Length), parts.Sum(part => part.Tokens));
            Assert.Equal((6 * 12) + (4 * 101), parts.Sum(part => part.Ids.Length));
            Assert.Equal(sequences.Select(sequence => (long)sequence.Ids[0]).Order(), FirstTokens(parts).Order());
        }
    }

    [Fact]
    public void Next_MoreThanABatch_EveryEpochHoldsEachOnceInAnotherOrder()
    {
        TokenSequence[] sequences = Sequences([.. Enumerable.Range(0, 10).Select(i => 5 + (i % 3))]);
        OwnerBatches batches = new(sequences, 4, new RandomStream(2));
        long[][] epochs = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 3 * batches.Parts).Select(_ => batches.Next()).SelectMany(batch => FirstTokens([batch])).ToArray())];
        Assert.All(epochs, epoch => Assert.Equal(sequences.Select(sequence => (long)sequence.Ids[0]).Order(), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
    }

    [Fact]
    public void RestoreCursor_InTheMiddleOfAStep_GoesOnWithTheSameBatches()
    {
        TokenSequence[] sequences = Sequences([30, 3, 31, 4, 29, 5, 30, 4, 90, 91, 92, 90]);
        OwnerBatches first = new(sequences, 6, new RandomStream(3)), second = new(sequences, 6, new RandomStream(3));
        for (int i = 0; i < 5; i++)
        {
            _ = first.Next();
        }

        second.RestoreCursor(first.SaveCursor());
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(first.Next().Ids, second.Next().Ids);
        }
    }

    private static TokenSequence[] Sequences(int[] lengths) => [.. lengths.Select((length, i) => new TokenSequence([.. Enumerable.Repeat(i + 1, length)], 1))];

    private static IEnumerable<long> FirstTokens(IEnumerable<TokenBatch> batches) => batches.SelectMany(batch => Enumerable.Range(0, batch.Batch).Select(row => batch.Ids[row * batch.Time]));
}
