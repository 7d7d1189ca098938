using CsCheck;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.Robust;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Federation.Rounds;

public sealed class RobustAggregatorTests
{
    private static readonly Gen<float[][]> s_answers = Gen.Int[-8, 8].Select(i => i / 4f).Array[3].Array[1, 9];

    [Fact]
    public void Median_OfAnyAnswers_IsTheMiddle() => s_answers.Sample(answers =>
    {
        MedianAggregator aggregator = new(9, answers.Length);
        Assert.Equal(Expected(answers, sorted => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2), Result(aggregator, answers));
        Assert.Equal(Result(aggregator, [.. answers.Reverse()]), Result(aggregator, answers)); // a second round in the room of the first
    });

    [Fact]
    public void TrimmedMean_OfAnyAnswers_IsTheMeanOfTheMiddle() => Gen.Select(s_answers, Gen.Double[0, 0.49]).Sample((answers, share) =>
    {
        int cut = (int)(answers.Length * share);
        float[] expected = Expected(answers, sorted => (float)(sorted[cut..^cut].Sum(value => (double)value) / (sorted.Length - (2 * cut))));
        Assert.Equal(expected, Result(new TrimmedMeanAggregator(9, answers.Length, share), answers));
    });

    [Fact]
    public void Median_AFewThatLie_CannotMoveItOut()
    {
        float[][] answers = [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1e30f, -1e30f, 7], [-5, 1e30f, 1e30f]];
        Assert.Equal([1, 2, 3], Result(new MedianAggregator(9, 5), answers));
        Assert.InRange(Result(new TrimmedMeanAggregator(9, 5, 0.2), answers)[0], -5, 1);
    }

    [Fact]
    public void Begin_DrawsAsTheMeanDoes()
    {
        Assert.Equal(new MeanAggregator(50, 9).Begin(1, new RandomStream(3)).Clients, new MedianAggregator(50, 9).Begin(1, new RandomStream(3)).Clients);
        Assert.False(new MedianAggregator(5, 2).Begin(1, new RandomStream(1)).Finish(new float[1]));
        Assert.Throws<PalimpsestException>(() => new MedianAggregator(5, 6));
        Assert.Throws<PalimpsestException>(() => new TrimmedMeanAggregator(5, 3, 0.5));
    }

    private static float[] Expected(float[][] answers, Func<float[], float> rule) =>
        [.. Enumerable.Range(0, 3).Select(i => rule([.. answers.Select(answer => answer[i]).Order()]))];

    private static float[] Result(IRoundAggregator aggregator, float[][] answers)
    {
        IAggregation round = aggregator.Begin(3, new RandomStream(1));
        foreach ((int client, float[] answer) in round.Clients.Zip(answers))
        {
            round.Add(client, [.. answer], 1);
        }

        float[] average = new float[3];
        Assert.True(round.Finish(average));
        return average;
    }
}
