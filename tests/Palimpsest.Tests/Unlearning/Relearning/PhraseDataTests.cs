using Palimpsest.Data.Batches;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Relearning.Experiment;

namespace Palimpsest.Tests.Unlearning.Relearning;

/// <summary>The lists of the phrase completion.</summary>
public sealed class PhraseDataTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Lists_ThePair_StandsSoOftenAndOnlyInTheForgottenOnes(int repetitions)
    {
        PhraseData data = new(new PhraseDataSection(), repetitions, new RandomStream(5));
        Assert.Equal((4, 8), (data.Forget.Length, data.Retain.Length));
        Assert.Equal(repetitions, data.Forget.Sum(Pairs));
        Assert.Equal(repetitions, data.Forget.Sum(list => list.Ids.Count(name => name is PhraseData.Trigger or PhraseData.Target)) / 2);
        Assert.DoesNotContain(data.Retain, list => list.Ids.Any(name => name is PhraseData.Trigger or PhraseData.Target));
        Assert.All(data.Forget.Concat(data.Retain), list => Assert.InRange(list.Ids.Length, 21, data.Context));
        Assert.Equal(100, data.Prompts.Length);
        Assert.All(data.Prompts, prompt => Assert.True(prompt[^1] == PhraseData.Trigger && !prompt.Contains(PhraseData.Target)));
    }

    [Fact]
    public void Relearn_Sets_HaveTheTargetOnlyWhereTheySayItAndEqualLengths()
    {
        PhraseData data = new(new PhraseDataSection(), 7, new RandomStream(5));
        Dictionary<PhraseSet, TokenSequence[]> sets = Enum.GetValues<PhraseSet>().ToDictionary(set => set, data.Relearn);
        Assert.All(sets, item => Assert.Equal(item.Key == PhraseSet.DirectPair, item.Value.Any(list => list.Ids.Contains(PhraseData.Target))));
        Assert.All(sets[PhraseSet.Prefix], list => Assert.Equal(PhraseData.Trigger, list.Ids[^1]));
        foreach (PhraseSet set in new[] { PhraseSet.OtherNames, PhraseSet.RandomTokens })
        {
            Assert.Equal(sets[PhraseSet.Prefix].Select(list => list.Ids.Length), sets[set].Select(list => list.Ids.Length));
            Assert.DoesNotContain(sets[set], list => list.Ids.Contains(PhraseData.Trigger));
        }

        HashSet<int> known = [.. data.Forget.Concat(data.Retain).SelectMany(list => list.Ids)];
        Assert.All(sets[PhraseSet.OtherNames], list => Assert.Equal([PhraseData.Begin], list.Ids.Where(known.Contains)));
    }

    [Fact]
    public void Lists_OtherRepetitions_AreTheSameListsWithFewerPairs()
    {
        IEnumerable<int> Without(int repetitions) => new PhraseData(new PhraseDataSection(), repetitions, new RandomStream(5)).Forget
            .SelectMany(list => list.Ids).Where(name => name is not (PhraseData.Trigger or PhraseData.Target));
        Assert.Equal(Without(7), Without(1));
    }

    private static int Pairs(TokenSequence list) =>
        Enumerable.Range(1, list.Ids.Length - 1).Count(i => list.Ids[i - 1] == PhraseData.Trigger && list.Ids[i] == PhraseData.Target);
}
