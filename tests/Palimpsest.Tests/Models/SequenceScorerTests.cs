using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Models;

public sealed class SequenceScorerTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public void LogLikelihoods_AnswersToTheSameQuestion_EqualThoseScoredAlone(string golden)
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden(golden), TestContexts.F32());
        RandomStream random = new(8, "scorer");
        int vocabulary = model.Config.VocabularySize;
        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextInt(vocabulary))];

        // Questions of several lengths with one to five answers of one to four tokens, and texts without a question between them.
        List<TokenSequence> sequences = [];
        for (int question = 0; question < 12; question++)
        {
            int[] prompt = Tokens(1 + random.NextInt(12));
            for (int answer = random.NextInt(5); answer >= 0; answer--)
            {
                sequences.Add(new TokenSequence([.. prompt, .. Tokens(1 + random.NextInt(4))], prompt.Length));
            }

            sequences.Add(new TokenSequence(Tokens(2 + random.NextInt(6)), 0));
        }

        double[] together = SequenceScorer.LogLikelihoods(model, sequences);
        double[] alone = [.. sequences.Select(sequence => SequenceScorer.LogLikelihoods(model, [sequence]).Single())];
        Assert.Equal(alone.Length, together.Length);
        Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First, pair.Second, 2e-4));
        Assert.Equal(alone.Distinct().Count(), together.Distinct().Count());
    }

    [Fact]
    public void LogLikelihoods_MoreAnswersThanTheContextHolds_AreCutIntoSeveralRows()
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32());
        int context = model.Config.ContextLength;
        int[] prompt = [.. Enumerable.Range(1, context / 2)];
        TokenSequence[] sequences = [.. Enumerable.Range(0, 8).Select(answer => new TokenSequence([.. prompt.Select(token => token % 50), answer + 3, .. Enumerable.Repeat(answer, context / 4)], prompt.Length))];
        double[] together = SequenceScorer.LogLikelihoods(model, sequences);
        Assert.All(sequences.Select((sequence, i) => (Alone: SequenceScorer.LogLikelihoods(model, [sequence]).Single(), Together: together[i])), pair => Assert.Equal(pair.Alone, pair.Together, 1e-5 * Math.Abs(pair.Alone)));
    }
}
