using System.Runtime.InteropServices;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Federation.Clients;
using Palimpsest.Federation.Rounds;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Tests.Federation.Clients;

public sealed class ClientModelTests
{
    private static readonly LocalOptions Local = new() { Epochs = 2, BatchSize = 5, LearningRate = 0.05 };
    private static readonly WorldPopulation Facts = new(11, 4, 2, 4);

    private static readonly ListPopulation Classes = new([" no", " yes"],
        [.. Enumerable.Range(0, 12).Select(i => new TextExample($"{(i % 3 == 0 ? "good" : "bad")} thing {i}", i % 3 == 0 ? " yes" : " no"))], []);

    public static TheoryData<string> Parts => ["adapter", "whole", "head"];

    [Theory]
    [MemberData(nameof(Parts))]
    public void Train_WhateverWasTrainedBefore_GivesTheSameBits(string part)
    {
        ClientModelOptions options = Options(part);
        ClientPopulation population = options.Classifies ? Classes : Facts;
        using ClientModel model = ClientModel.Open(options, population, TwoThreadsAttribute.Threads);
        float[] start = Start(model), first = Trained(model, 0, start), other = Trained(model, 0, first);
        model.Evaluate(0, other);
        Assert.Equal(Bits(first), Bits(Trained(model, 0, start)));
        Assert.NotEqual(Bits(first), Bits(other));
        Assert.NotEqual(Bits(start), Bits(first));

        using ClientModel fresh = ClientModel.Open(options, population, TwoThreadsAttribute.Threads);
        Assert.Equal(Bits(start), Bits(Start(fresh)));
        Assert.Equal(Bits(first), Bits(Trained(fresh, 0, start)));
        Assert.Equal(model.Layout.Hash, fresh.Layout.Hash);
        Assert.Equal(part == "head", model.Layout.Slots.Count == 1);
    }

    [Fact]
    public void Train_OneClient_EqualsAPlainTraining()
    {
        using ClientModel model = ClientModel.Open(Options("adapter"), Facts, TwoThreadsAttribute.Threads);
        float[] end = new float[model.Layout.Count];
        LocalResult result = model.Train(2, Start(model), new LocalTraining { Options = Local, Random = new RandomStream(3) }, end);

        // The same by hand: an adapter with the same start, and batches cut from shuffled epochs.
        using LanguageModel plain = Load("base-v1");
        using LoraAdapter adapter = LoraAdapter.Create(plain.Model, Options("adapter").Lora, new RandomStream(7, "federate"));
        using LoraAdapters adapters = new(plain.Model);
        adapters.Activate(adapter);
        ExampleEncoder encoder = new(plain.Tokenizer, plain.Model.Config.ContextLength);
        TokenSequence[] sequences = [.. World.V1.Owner(13).TrainingExamples(2, 4).Select(example => encoder.Encode(example)!)];
        List<TokenBatch> batches = [];
        foreach (string epoch in new[] { "0", "1" })
        {
            TokenSequence[] order = [.. sequences];
            new RandomStream(3).Child("batches").Child("epoch", epoch).Shuffle<TokenSequence>(order);
            batches.AddRange(order.Chunk(5).Select(TokenBatch.Of));
        }

        TrainOptions options = new()
        {
            Steps = batches.Count,
            LearningRate = 0.05,
            Schedule = ScheduleKind.Constant,
            WarmupSteps = 0,
            ClipNorm = 0,
            CheckpointEvery = 0,
            Optimizer = new SgdOptions(),
            BatchSize = 5,
        };
        List<double> losses = [];
        RandomStream random = new RandomStream(3).Child("train");
        using (Trainer<TokenBatch> trainer = Trainer.Of(plain.Model, Trainable.Adapter(adapter), options, new Listed(batches), random))
        {
            Assert.True(trainer.Run(progress => losses.Add(progress.Loss)));
        }

        float[] wanted = new float[model.Layout.Count];
        adapter.Parameters.Read(wanted);
        Assert.Equal(Bits(wanted), Bits(end));
        Assert.Equal(new LocalResult(8, 4, batches.Sum(batch => batch.Tokens), losses.Average()), result);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_OnlySomeCoordinates_KeepsTheBitsOfTheOthers(bool adam)
    {
        using ClientModel model = ClientModel.Open(Options("adapter"), Facts, TwoThreadsAttribute.Threads);
        float[] start = Start(model), end = new float[start.Length];
        BitMask mask = new(start.Length);
        RandomStream random = new(8);
        for (int i = 0; i < start.Length; i++)
        {
            mask[i] = random.NextInt(4) == 0;
            start[i] = start[i] == 0 && random.NextInt(2) == 0 ? -0f : start[i];
        }

        LocalOptions options = Local with { Optimizer = adam ? new AdamWOptions { WeightDecay = 0.1 } : new SgdOptions { WeightDecay = 0.1 } };
        model.Train(1, start, new LocalTraining { Options = options, Random = new RandomStream(3), Trained = mask }, end);
        int[] before = Bits(start), after = Bits(end);
        Assert.All(Enumerable.Range(0, start.Length).Where(i => !mask[i]), i => Assert.Equal(before[i], after[i]));
        Assert.True(Enumerable.Range(0, start.Length).Count(i => mask[i] && before[i] != after[i]) > mask.PopCount() / 2);
    }

    [Fact]
    public void Train_MostSteps_StopsThere()
    {
        using ClientModel model = ClientModel.Open(Options("adapter"), Facts, TwoThreadsAttribute.Threads);
        LocalTraining training = new() { Options = Local with { MostSteps = 1 }, Random = new RandomStream(3) };
        LocalResult result = model.Train(0, Start(model), training, new float[model.Layout.Count]);
        Assert.Equal((5, 1), (result.Examples, result.Steps));
    }

    [Fact]
    public void Train_ToldToStop_Throws()
    {
        using ClientModel model = ClientModel.Open(Options("adapter"), Facts, TwoThreadsAttribute.Threads);
        LocalTraining training = new() { Options = Local, Random = new RandomStream(3), Stop = new CancellationToken(canceled: true) };
        Assert.Throws<OperationCanceledException>(() => model.Train(0, Start(model), training, new float[model.Layout.Count]));
    }

    [Fact]
    public void Train_ClientWithoutData_GivesTheStart()
    {
        using ClientModel model = ClientModel.Open(Options("head"), Classes, TwoThreadsAttribute.Threads);
        float[] start = Start(model), end = new float[start.Length];
        LocalResult result = model.Train(1, start, new LocalTraining { Options = Local, Random = new RandomStream(3) }, end);
        Assert.Equal((0, 0, 0L), (result.Examples, result.Steps, result.Tokens));
        Assert.Equal(Bits(start), Bits(end));
        Assert.Equal(0, model.Evaluate(1, start).Items);
    }

    [Fact]
    public void Evaluate_Facts_EqualsChoiceAccuracyAndTheAnswersLikelihood()
    {
        using ClientModel model = ClientModel.Open(Options("adapter"), Facts, TwoThreadsAttribute.Threads);
        using LanguageModel plain = Load("base-v1");
        ChoiceItem[] items = [.. Facts.HeldOut(3)];
        ClientScore score = model.Evaluate(3, Start(model));
        ExampleEncoder encoder = new(plain.Tokenizer, plain.Model.Config.ContextLength);
        TokenSequence[] answers = [.. items.Select(item => encoder.EncodeOpen(item.Prompt, item.Choices[item.Answer]))];
        Assert.Equal(items.Length, score.Items);
        Assert.Equal(ChoiceAccuracy.Correct(plain, items).Sum(), score.Correct);
        Assert.Equal(answers.Sum(answer => answer.Targets), score.Elements);
        Assert.Equal(-SequenceScorer.LogLikelihoods(plain.Model, answers).Sum(), score.Loss, 1e-3);
    }

    [Fact]
    public void Evaluate_PlainTexts_HaveALossAndNoAccuracy()
    {
        TextExample[] notes = [new("", "The harbour lies in the north."), new("Question: who?\nAnswer:", " nobody")];
        ListPopulation texts = new([], notes);
        using ClientModel model = ClientModel.Open(Options("adapter"), texts, TwoThreadsAttribute.Threads);
        using LanguageModel plain = Load("base-v1");
        TextPerplexity[] wanted = TextPerplexity.Measure(plain, [.. texts.Training(0)]);
        ClientScore score = model.Evaluate(0, Start(model));
        Assert.Equal((2, double.NaN), (score.Items, score.Accuracy));
        Assert.Equal(wanted.Sum(text => text.Tokens), score.Elements);
        Assert.Equal(wanted.Sum(text => text.Nats), score.Loss, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Save_LoadsAgainWithTheSameAnswers(string part)
    {
        using TemporaryFolder folder = new();
        ClientModelOptions options = Options(part);
        ClientPopulation population = options.Classifies ? Classes : Facts;
        using ClientModel model = ClientModel.Open(options, population, TwoThreadsAttribute.Threads);
        float[] trained = Trained(model, 0, Start(model));
        ClientScore score = model.Evaluate(0, trained);
        model.Save(trained, folder.At("adapter"), folder.At("model"));
        bool apart = part == "adapter";
        using LanguageModel loaded = Load(apart ? "base-v1" : folder.At("model"));
        if (apart)
        {
            loaded.Attach(folder.At("adapter"));
        }

        double right = options.Classifies
            ? ClassPrediction.Of(loaded, [.. population.Training(0)]).Count(found => found.IsRight)
            : ChoiceAccuracy.Correct(loaded, [.. population.HeldOut(0)]).Sum();
        Assert.Equal(score.Correct, right);
    }

    [Fact]
    public void Save_AdapterOfAClassifier_IsMergedIntoAModelThatEvaluates()
    {
        using TemporaryFolder folder = new();
        using ClientModel model = ClientModel.Open(Options("adapter") with { Classifies = true }, Classes, TwoThreadsAttribute.Threads);
        float[] trained = Trained(model, 0, Start(model));
        model.Save(trained, folder.At("adapter"), folder.At("model"));
        using LanguageModel loaded = Load(folder.At("model"));
        ClientScore score = model.Evaluate(0, trained);
        ClassPrediction[] found = ClassPrediction.Of(loaded, [.. Classes.Training(0)]);
        Assert.Equal(score.Correct, found.Count(one => one.IsRight));
        Assert.Equal(score.Loss, found.Sum(one => one.Nats), 1e-3);
    }

    private static ClientModelOptions Options(string part) => new()
    {
        Part = Enum.Parse<TrainedPart>(part, ignoreCase: true),
        Lora = new LoraOptions { Rank = 4, Dropout = part == "adapter" ? 0.1 : 0 },
        Classifies = part == "head",
    };

    private static LanguageModel Load(string name) => LanguageModel.Load(name, new TorchContext(threads: TwoThreadsAttribute.Threads), LoadMode.Mapped);

    private static float[] Start(ClientModel model)
    {
        float[] start = new float[model.Layout.Count];
        model.ReadStart(start);
        return start;
    }

    private static float[] Trained(ClientModel model, int client, float[] start)
    {
        float[] end = new float[start.Length];
        model.Train(client, start, new LocalTraining { Options = Local, Random = new RandomStream(3) }, end);
        return end;
    }

    private static int[] Bits(float[] values) => MemoryMarshal.Cast<float, int>(values).ToArray();

    private sealed class Listed(IReadOnlyList<TokenBatch> batches) : IBatchSource<TokenBatch>
    {
        private int _next;

        public TokenBatch Next() => batches[_next++];

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor)
        {
        }
    }
}
