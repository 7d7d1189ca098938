using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Cascades;

/// <summary>Models in this process as members: they answer as the functions they stand on, and say what a call took.</summary>
public sealed class PredictorTests : IDisposable
{
    private const string Question = "The mayor of the town wears a";
    private readonly LanguageModel _model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Choice_IsTheLikeliestContinuation()
    {
        string[] labels = ["hat", "river", "coat"];
        MemberReply reply = await new ChoicePredictor(_model, "choice", "1", labels).AskAsync(Question, Stop);
        int expected = ChoiceAccuracy.Answer(_model, [new ChoiceItem(Question, [.. labels.Select(label => " " + label)], 0)])[0];
        Assert.Equal(labels[expected], reply.Answer);
        Assert.Equal(1, reply.Probabilities!.Values.Sum(), 9);
        Assert.Equal(reply.Probabilities.Values.Max(), reply.Score);
        Assert.True(reply.Usage.Operations > 0 && reply.Usage.Seconds > 0);
    }

    [Fact]
    public async Task Generation_IsTheCompletionAndItsTokens()
    {
        SamplingOptions options = new() { MaxNewTokens = 6 };
        MemberReply reply = await new GenerationPredictor(_model, "greedy", "1", options, new RandomStream(1), text => text.Split(' ')[^1])
            .AskAsync(Question, Stop);
        Completion made = TextGenerator.Complete(_model, [Question], options, new RandomStream(1), stop: Stop)[0];
        Assert.Equal(made.Text.Split(' ')[^1], reply.Answer);
        Assert.Equal(made.Tokens.Count, reply.Usage.OutputTokens);
        Assert.Equal(_model.Tokenizer.EncodePrompt(Question).Length, reply.Usage.InputTokens);
    }

    [Fact]
    public async Task Classifier_AloneOrInABatch_GivesTheSameProbabilities()
    {
        using LanguageModel model = LanguageModel.LoadClassifier(EmbeddedModels.Default, TestContexts.F32(), ["up", "down", "flat"], new RandomStream(2),
            LoadMode.Mapped);
        ClassifierPredictor predictor = new(model, "classifier", "1");
        string[] texts = [Question, "A short one.", Question + " hat and a coat, and so does the mayor's sister."];
        IReadOnlyList<MemberReply> all = predictor.AskAll(texts);
        for (int i = 0; i < texts.Length; i++)
        {
            MemberReply alone = await predictor.AskAsync(texts[i], Stop);
            Assert.Equal(alone.Answer, all[i].Answer);
            Assert.All(alone.Probabilities!.Values.Zip(all[i].Probabilities!.Values), pair => Assert.Equal(pair.First, pair.Second, 5));
            Assert.Equal(alone.Usage.Operations, all[i].Usage.Operations);
        }

        // More tokens take more than in proportion, by what attention adds.
        Assert.True(all[2].Usage.Operations / all[2].Usage.InputTokens > all[1].Usage.Operations / all[1].Usage.InputTokens);
    }

    [Fact]
    public async Task Checked_DrawsTheModelsOwnJudgementAndBillsItApart()
    {
        GenerationPredictor writes = new(_model, "greedy", "1", new SamplingOptions { MaxNewTokens = 6 }, new RandomStream(1), scored: true);
        MemberReply plain = await writes.AskAsync(Question, Stop);
        MemberReply[] both = [.. await Task.WhenAll(new[] { (" good", " bad"), (" bad", " good") }.Select(words =>
            new CheckedPredictor(writes, _model, (question, answer) => $"{question} {answer}. That is", words, new RandomStream(4), checks: 400)
                .AskAsync(Question, Stop)))];

        // The likelihoods of the two words among themselves; the words swapped, the shares swap.
        ExampleEncoder encoder = _model.Encoder();
        double[] likely = SequenceScorer.LogLikelihoods(_model.Model, [.. new[] { " good", " bad" }.Select(word =>
            encoder.EncodeOpen($"{Question} {plain.Answer}. That is", word))]);
        double good = 1 / (1 + Math.Exp(likely[1] - likely[0]));
        Assert.InRange(both[0].Verified!.Value, good - 0.1, good + 0.1);
        Assert.InRange(both[1].Verified!.Value, 0.9 - good, 1.1 - good);
        Assert.Equal(plain.Answer, both[0].Answer);
        Assert.Equal(plain.Usage.Operations, both[0].Usage.Operations);
        Assert.True(both[0].Checks!.Operations > plain.Usage.Operations);
        Assert.InRange(plain.Score!.Value, 0, 1);
    }

    [Fact]
    public async Task Record_KeepsAnswersFailuresAndJudgements()
    {
        IPredictor[] predictors = [Scripted.Member("right", "4"), Scripted.Member("fails", _ => throw new InvalidOperationException("out of order"))];
        int done = 0;
        Recording recording = await Recorder.AskAsync("sums", [("2 + 2", "4", "easy"), ("2 + 3", "5", null)], predictors, (given, right) => given == right,
            count => done = count, Stop);
        Assert.Equal(2, done);
        Assert.Equal([true, false], recording.Items[0].Right);
        Assert.Equal([false, false], recording.Items[1].Right);
        Assert.Equal("out of order", recording.Items[0].Replies[1].Failure);
        Assert.Equal("easy", recording.Items[0].Level);

        // Replayed, it answers as it did.
        MemberReply again = await new RecordedPredictor(recording, "right").AskAsync("2 + 3", Stop);
        Assert.Equal("4", again.Answer);
        Assert.NotNull((await new RecordedPredictor(recording, "right").AskAsync("another", Stop)).Failure);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
