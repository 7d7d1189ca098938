using Palimpsest.Models.Generation;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Models.Generation;

public sealed class TokenSamplerTests
{
    private static readonly float[] Logits = [1f, 3f, -2f, 3f, 0.5f, 2.5f];

    [Fact]
    public void Greedy_EqualLogits_TakesTheLowerId() => Assert.Equal(1, Sampler(new SamplingOptions()).Choose(Logits));

    [Fact]
    public void Penalty_PositiveAndNegativeLogits_DividesAndMultiplies()
    {
        // 3 / 1.5 = 2 for both 1 and 3, so 5 with 2.5 wins; then it falls to 1.67 and the lower of the two with 2 follows.
        TokenSampler sampler = Sampler(new SamplingOptions { RepetitionPenalty = 1.5 });
        sampler.See(1, 3);
        Assert.Equal([5, 1, 1], [sampler.Choose(Logits), sampler.Choose(Logits), sampler.Choose(Logits)]);

        sampler = Sampler(new SamplingOptions { RepetitionPenalty = 2 }, vocabulary: 2);
        sampler.See(0);
        Assert.Equal(1, sampler.Choose([-1f, -1.9f])); // -1 becomes -2
    }

    [Theory]
    [InlineData(1.0, 0, 1.0, 0.0)]
    [InlineData(0.5, 3, 1.0, 0.0)]
    [InlineData(2.0, 0, 0.7, 0.0)]
    [InlineData(1.0, 4, 0.8, 0.0)]
    [InlineData(1.5, 0, 1.0, 0.3)]
    [InlineData(1.0, 0, 0.95, 0.5)]
    public void Draws_EveryLimit_FollowTheDistribution(double temperature, int topK, double topP, double minP)
    {
        double[] wanted = Distribution(temperature, topK, topP, minP);
        TokenSampler sampler = Sampler(new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP });
        const int draws = 20_000;
        int[] counts = new int[Logits.Length];
        for (int i = 0; i < draws; i++)
        {
            counts[sampler.Choose(Logits)]++;
        }

        for (int id = 0; id < counts.Length; id++)
        {
            // Five standard deviations; what is left out is never drawn.
            Assert.InRange(counts[id], (draws * wanted[id]) - (5 * Math.Sqrt(draws * wanted[id])), (draws * wanted[id]) + (5 * Math.Sqrt(draws * wanted[id])));
        }
    }

    [Fact]
    public void Draws_TinyTemperatureAndLargeVocabulary_TakeTheMostLikely()
    {
        float[] logits = [.. Enumerable.Range(0, 5000).Select(i => i == 4321 ? 0.2f : -0.001f * i)];
        foreach (SamplingOptions options in new[] { new SamplingOptions { Temperature = 1e-30 }, new SamplingOptions { Temperature = 1e-4, TopP = 0.9 }, new SamplingOptions { Temperature = 1, TopK = 1 }, new SamplingOptions { Temperature = 1, MinP = 1 } })
        {
            Assert.Equal(4321, Sampler(options, 5000).Choose(logits));
        }
    }

    [Fact]
    public void Choose_NoNumbers_SaysSo() =>
        Assert.Contains("not finite", Assert.Throws<PalimpsestException>(() => Sampler(new SamplingOptions(), 2).Choose([float.NaN, 1f])).Message, StringComparison.Ordinal);

    private static TokenSampler Sampler(SamplingOptions options, int vocabulary = 6) => new(options, new RandomStream(11, "draws"), vocabulary);

    /// <summary>The definition: softmax, then each limit on what the one before has left.</summary>
    private static double[] Distribution(double temperature, int topK, double topP, double minP)
    {
        List<(int Id, double P)> left = [.. Logits.Select((logit, id) => (id, Math.Exp(logit / temperature))).OrderByDescending(item => item.Item2).ThenBy(item => item.id)];
        left = [.. left.Take(topK == 0 ? left.Count : topK)];
        double total = left.Sum(item => item.P), mass = 0;
        left = [.. left.TakeWhile(item => (mass += item.P) - item.P < topP * total)];
        left.RemoveAll(item => item.P < minP * left[0].P);
        return [.. Enumerable.Range(0, Logits.Length).Select(id => left.Where(item => item.Id == id).Sum(item => item.P) / left.Sum(item => item.P))];
    }
}
