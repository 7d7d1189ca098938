using Palimpsest.Data;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.Relearning;
using Palimpsest.Unlearning.Relearning.Exams;

namespace Palimpsest.Tests.Unlearning.Relearning;

/// <summary>What is done to a model without training it, and how it is seen that one is broken.</summary>
public sealed class UntrainedAttackTests
{
    [Theory]
    [InlineData(RoundingForm.Int8, 254)]
    [InlineData(RoundingForm.Int4, 14)]
    [InlineData(RoundingForm.Nf4, 6)] // its widest gap is 0.304 of the largest
    public void Apply_Rounding_ChangesProjectionsWithinAStepAndNothingElse(RoundingForm form, double steps)
    {
        using LanguageModel model = BaseModel.Load();
        float[] before = Weights(model);
        long rounded = WeightRounding.Apply(model, form);
        float[] after = Weights(model);
        long projections = 0;
        foreach (ParameterSlot slot in model.Model.Parameters.Layout.Slots)
        {
            Range range = (int)slot.Offset..(int)(slot.Offset + slot.Count);
            bool projection = slot.Name.Contains("proj", StringComparison.Ordinal);
            projections += projection ? slot.Count : 0;
            Assert.Equal(!projection, before[range].AsSpan().SequenceEqual(after[range]));
            float largest = before[range].Max(Math.Abs);
            Assert.All(before[range].Zip(after[range]), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1.0001 * largest / steps));
        }

        Assert.Equal(projections, rounded);

        // Rows of 8 bits have at most 255 values each.
        ParameterSlot matrix = model.Model.Parameters.Layout.Slots.First(slot => slot.Name.Contains("q_proj", StringComparison.Ordinal));
        int length = form == RoundingForm.Int8 ? (int)matrix.Shape[^1] : 64, most = form == RoundingForm.Int8 ? 255 : form == RoundingForm.Int4 ? 15 : 16;
        Assert.InRange(after[(int)matrix.Offset..((int)matrix.Offset + length)].Distinct().Count(), 2, most);
    }

    [Fact]
    public void Apply_FrozenModel_IsRefused()
    {
        using LanguageModel model = BaseModel.Load(LoadMode.Mapped);
        Assert.Throws<PalimpsestException>(() => WeightRounding.Apply(model, RoundingForm.Int8));
    }

    [Fact]
    public void Shares_ColdAndWarm_AreGreedyAnswersAndRepeatable()
    {
        using LanguageModel model = BaseModel.Load();
        WholeModel whole = new(model, "base");
        AuditQuestion[] questions = [.. BaseModel.Material.Targets.Take(4)];
        string[] greedy = whole.Answer([.. questions.Select(QuestionForm.Plain.Open)], 24);
        AuditQuestion[] said = [.. questions.Zip(greedy, (question, text) => question with { Answer = text[..Math.Min(text.Length, 4)] })];
        Assert.All(SampledAnswers.Shares(model, said, QuestionForm.Plain, 3, new RandomStream(1), temperature: 1e-4), share => Assert.Equal(1, share));
        double[] warm = SampledAnswers.Shares(model, questions, QuestionForm.Plain, 8, new RandomStream(1));
        Assert.Equal(warm, SampledAnswers.Shares(model, questions, QuestionForm.Plain, 8, new RandomStream(1)));
        Assert.All(warm, share => Assert.Equal(share * 8, Math.Round(share * 8)));
    }

    [Fact]
    public void PassageExam_PassageByHeart_ComesBackWhole()
    {
        VerbatimPassage[] passages = [new("The register says that", " the old mill at the river was sold twice in one winter."), new("Nobody knows why",
            " the bell rang.")];
        PassageExam exam = new(passages);
        using LanguageModel model = BaseModel.Load();
        double before = exam.Ask(model)[RelearnMetrics.Extraction].Max();
        BaseModel.Learn(model, passages.Select(passage => new TextExample("", passage.Beginning + passage.Continuation)), 60);
        IReadOnlyDictionary<string, IReadOnlyList<double>> after = exam.Ask(model);
        Assert.True(before < 0.5);
        Assert.All(new[] { RelearnMetrics.Rouge, RelearnMetrics.Exact, RelearnMetrics.Extraction }, metric =>
            Assert.All(after[metric], value => Assert.Equal(1, value)));
        Assert.All(after[RelearnMetrics.TargetNats], value => Assert.InRange(value, 0, 0.2));
    }

    [Fact]
    public void Repetition_Runs_AreCounted()
    {
        Assert.Equal(0, CollapseCheck.Repetition([1, 2, 3, 4, 5]));
        Assert.Equal(0, CollapseCheck.Repetition([1, 1]));
        Assert.Equal(0.75, CollapseCheck.Repetition([7, 7, 7, 7, 7, 7]));
        Assert.Equal(0.5, CollapseCheck.Repetition([1, 2, 1, 2, 1, 2])); // 121, 212, 121, 212
    }

    [Theory]
    [InlineData(12, 0.1, null)]
    [InlineData(31, 0.1, "perplexity on text that should stay rose from 10 to 31")]
    [InlineData(double.NaN, 0.1, "perplexity")]
    [InlineData(12, 0.7, "repeats itself (70%")]
    public void CollapsedSince_BrokenModels_AreNamed(double perplexity, double repetition, string? says)
    {
        string? found = new CollapseFigures(perplexity, repetition).CollapsedSince(new CollapseFigures(10, 0.2));
        Assert.Equal(says is null, found is null);
        Assert.Contains(says ?? "", found ?? "", StringComparison.Ordinal);
    }

    private static float[] Weights(LanguageModel model)
    {
        float[] weights = new float[model.Model.Parameters.Layout.Count];
        model.Model.Parameters.Flat!.Read(weights);
        return weights;
    }
}
