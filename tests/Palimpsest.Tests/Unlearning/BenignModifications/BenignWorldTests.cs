using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Training;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.Approximate.Losses;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.BenignModifications;

namespace Palimpsest.Tests.Unlearning.BenignModifications;

/// <summary>The embedded model learns two owners of the world, one of which is to be forgotten; the control learns the other alone.</summary>
public sealed class BenignWorldTests
{
    private const int Facts = 10;
    private static readonly Owner Gone = World.V1.Owner(11), Stays = World.V1.Owner(12);

    [Fact]
    public void Compare_OneOwnerOfTwo_FindsWhatEachMethodDoes()
    {
        using TemporaryFolder folder = new();
        QuestionSets sets = WorldQuestions.Of([Gone], [Stays], Facts);
        using LanguageModel both = Learn([Gone, Stays]), control = Learn([Stays]);
        both.Save(folder.Path);
        using LanguageModel changed = LanguageModel.Load(folder.Path, TestContexts.F32());
        WholeModel original = new(both, "learned"), never = new(control, "never learned"), unlearned = new(changed, "graddiff");
        double Forgotten(WholeModel model) => model.Probability([.. sets.Forget.Select(QuestionForm.Plain.Open)]).Average();
        Assert.True(Unlearn(changed, () => Forgotten(unlearned) <= Forgotten(never) + 0.02));
        BenignComparison comparison = new(new BenignOptions { Texts = false }, QuestionForm.Plain, sets, new RandomStream(1));
        WeightlessTuning tuning = new(sets, QuestionForm.Plain, new RandomStream(2));

        // The control against itself shows nothing, and which forms the embedded base does not know.
        BenignResult nothing = comparison.Compare(never, never);
        Assert.All(nothing.Scores, row => Assert.True(row.Verdict is BenignVerdict.Holds or BenignVerdict.FormUnknown));
        Assert.Equal(BenignVerdict.Holds, Of(nothing, "paired", QuestionSide.Retain));
        Assert.Equal(BenignVerdict.FormUnknown, Of(nothing, "paired-numbered", QuestionSide.Retain));

        Assert.Equal(BenignVerdict.NotForgotten, Of(comparison.Compare(original, never), "paired", QuestionSide.Forget));
        BenignResult guarded = comparison.Compare(WeightlessMethods.Create(new GuardrailOptions { Prefix = false }, original, tuning), never);
        Assert.Equal(BenignVerdict.RetainedHurt, Of(guarded, "paired", QuestionSide.Retain));
        Assert.Equal(BenignVerdict.RetainedHurt, Of(guarded, "keyword", QuestionSide.Retain));
        Assert.Equal(BenignVerdict.Holds, Of(guarded, "paired", QuestionSide.Forget));
        Assert.Equal(BenignVerdict.Holds, Of(guarded, "paraphrase", QuestionSide.Retain));
        BenignResult weights = comparison.Compare(unlearned, never);
        Assert.Equal(BenignVerdict.Holds, Of(weights, "paraphrase", QuestionSide.Forget));
        Assert.Equal(BenignVerdict.Holds, Of(weights, "paraphrase", QuestionSide.Retain));

        BenignVerdict Of(BenignResult result, string name, QuestionSide side) => Assert.Single(result.Scores, row =>
            row.Modification == name && row.Measure == BenignMeasure.Probability && row.Side == side).Verdict;
    }

    private static LanguageModel Learn(Owner[] owners)
    {
        LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32());
        RandomStream random = new(4, "learn");
        ExampleStream facts = new(new ListSource("owners", [.. owners.SelectMany(owner => owner.TrainingExamples(Facts))]), random.Child("own"), 4096);
        ExampleStream general = new(new WorldSource(World.V1, wholeTexts: true), random.Child("replay"), 1);
        using StreamBatches batches = new(new MixedStream(facts, 1, general, 1, random.Child("mixture")), new ExampleEncoder(model.Tokenizer, 256), 16,
            random.Child("batches"));
        using Trainer<TokenBatch> trainer = Trainer.Of(model.Model, new TrainOptions
        {
            Steps = 60 + (60 * owners.Length),
            BatchSize = 16,
            LearningRate = 2e-3
        }, batches, random);
        trainer.Run();
        return model;
    }

    /// <summary>GradDiff, a few steps at a time until it is done; whether that came before the end.</summary>
    private static bool Unlearn(LanguageModel model, Func<bool> isDone)
    {
        ExampleEncoder encoder = new(model.Tokenizer, model.Model.Config.ContextLength);
        EncodedList Rows(Owner owner) => new(new ListSource(owner.Name, owner.TrainingExamples(Facts)), encoder);
        RandomStream random = new(5, "unlearn");
        TrainOptions options = new() { Steps = 5, WarmupSteps = 0, LearningRate = 3e-4 };
        for (int round = 0; round < 20; round++)
        {
            using UnlearningObjective objective = UnlearningObjective.Of(model.Model, new GradDiffOptions(), new FrozenModels(), random.Child("objective"));
            using Trainer<ForgetRetainBatch> trainer = new(Trainable.Whole(model.Model), objective, options,
                new ForgetRetainBatches(Rows(Gone), Rows(Stays), 16, random.Child("batches", $"{round}")), random.Child("train"));
            trainer.Run();
            if (isDone())
            {
                return true;
            }
        }

        return false;
    }
}
