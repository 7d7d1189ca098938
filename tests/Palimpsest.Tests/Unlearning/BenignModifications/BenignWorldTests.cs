using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Training;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.Approximate.Losses;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.BenignModifications;

namespace Palimpsest.Tests.Unlearning.BenignModifications;

/// <summary>The embedded model learns two owners of the world, one of which is to be forgotten; the control learns the other alone.</summary>
public sealed class BenignWorldTests(ITestOutputHelper output)
{
    private const int Facts = 10;
    private static readonly Owner Gone = World.V1.Owner(11), Stays = World.V1.Owner(12);

    [Fact]
    public void Compare_OneOwnerOfTwo_TheControlHolds_TheGuardrailHurtsPairs()
    {
        string? more = Environment.GetEnvironmentVariable("BENIGN_MORE");
        using TemporaryFolder folder = new();
        QuestionSets sets = WorldQuestions.Of([Gone], [Stays], Facts);
        using LanguageModel both = Learn([Gone, Stays]), control = Learn([Stays]);
        both.Save(folder.Path);
        WholeModel original = new(both, "learned"), never = new(control, "never learned");
        BenignComparison comparison = new(new BenignOptions { MaxNewTokens = 16 }, QuestionForm.Plain, sets, new RandomStream(1));
        WeightlessTuning tuning = new(sets, QuestionForm.Plain, new RandomStream(2));
        BenignResult learned = comparison.Compare(original, never, original), nothing = comparison.Compare(never, never, original);
        BenignResult guarded = comparison.Compare(WeightlessMethods.Create(new GuardrailOptions { Prefix = false }, original, tuning), never, original);
        Say(learned);
        Say(guarded);
        if (more is not null)
        {
            foreach (WeightlessOptions options in new WeightlessOptions[] { new GuardrailOptions(), new InContextOptions(),
                new EmbeddingCorruptionOptions { Strength = 2 } })
            {
                Say(comparison.Compare(WeightlessMethods.Create(options, original, tuning), never, original));
            }

            foreach ((string name, UnlearningOptions method) in new (string, UnlearningOptions)[] { ("ga", new GradientAscentOptions()), ("graddiff",
                new GradDiffOptions()), ("npo", new NpoOptions()), ("rmu", new RmuOptions { Layer = 2 }) })
            {
                using LanguageModel model = LanguageModel.Load(folder.Path, TestContexts.F32());
                WholeModel subject = new(model, name);
                int steps = Unlearn(model, both, method, () => subject.Probability([.. sets.Forget.Select(QuestionForm.Plain.Open)]).Average()
                    <= never.Probability([.. sets.Forget.Select(QuestionForm.Plain.Open)]).Average() + 0.02);
                Append(more, $"{name}: {steps} steps\n");
                Say(comparison.Compare(subject, never, original));
            }
        }

        Assert.All(nothing.Scores, row => Assert.Equal(BenignVerdict.Holds, row.Verdict));
        Assert.Equal(BenignVerdict.NotForgotten, Row(learned, "paired", BenignMeasure.Probability, QuestionSide.Forget).Verdict);
        Assert.Equal(BenignVerdict.RetainedHurt, Row(guarded, "paired", BenignMeasure.Probability, QuestionSide.Retain).Verdict);
        Assert.Equal(BenignVerdict.Holds, Row(guarded, "paired", BenignMeasure.Probability, QuestionSide.Forget).Verdict);

        void Say(BenignResult result)
        {
            string text = $"== {result.Model}\n{string.Join('\n', result.Scores.Concat<object>(result.LeftOut).Concat(result.Recommendations))}\n";
            output.WriteLine(text);
            if (more is not null)
            {
                Append(more, text);
            }
        }
    }

    private static void Append(string file, string text)
    {
        using StreamWriter writer = new(file, append: true);
        writer.Write(text);
    }

    private static LanguageModel Learn(Owner[] owners)
    {
        LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32());
        RandomStream random = new(4, "learn");
        ExampleStream facts = new(new ListSource("owners", [.. owners.SelectMany(owner => owner.TrainingExamples(Facts))]), random.Child("own"), 4096);
        ExampleStream general = new(new WorldSource(World.V1, wholeTexts: true), random.Child("replay"), 1);
        using StreamBatches batches = new(new MixedStream(facts, 1, general, 1, random.Child("mixture")), new ExampleEncoder(model.Tokenizer, 256), 16,
            random.Child("batches"));
        using Trainer<TokenBatch> trainer = Trainer.Of(model.Model, new TrainOptions { Steps = 60 + (60 * owners.Length), BatchSize = 16,
            LearningRate = 2e-3 }, batches, random);
        trainer.Run();
        return model;
    }

    private static int Unlearn(LanguageModel model, LanguageModel before, UnlearningOptions method, Func<bool> isDone)
    {
        ExampleEncoder encoder = new(model.Tokenizer, 256);
        EncodedList Rows(Owner owner) => new(new ListSource(owner.Name, owner.TrainingExamples(Facts)), encoder);
        RandomStream random = new(5, "unlearn");
        FrozenReference reference = new(before.Model); // not disposed: the model is the caller's
        for (int round = 1; ; round++)
        {
            using UnlearningObjective objective = UnlearningObjective.Of(model.Model, method, new FrozenModels { Reference = reference },
                random.Child("objective"));
            using Trainer<ForgetRetainBatch> trainer = new(Trainable.Whole(model.Model), objective, new TrainOptions { Steps = 5, WarmupSteps = 0,
                LearningRate = 3e-4 },
                new ForgetRetainBatches(Rows(Gone), Rows(Stays), 16, random.Child($"{round}")), random.Child("train"));
            trainer.Run();
            if (isDone() || round == 20)
            {
                return 5 * round;
            }
        }
    }

    private static ModifiedScore Row(BenignResult result, string name, BenignMeasure measure, QuestionSide side) =>
        Assert.Single(result.Scores, row => row.Modification == name && row.Measure == measure && row.Side == side);
}
