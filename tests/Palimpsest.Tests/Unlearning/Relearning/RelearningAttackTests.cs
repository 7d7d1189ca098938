using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Relearning;
using Palimpsest.Unlearning.Relearning.Exams;
using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Tests.Unlearning.Relearning;

/// <summary>Attacks on the embedded model.</summary>
public sealed class RelearningAttackTests
{
    private static readonly RelearnMaterial s_material = BaseModel.Material with { Targets = [.. BaseModel.Material.Targets.Take(6)] };
    private static readonly RelearnOptions s_options = new() { Steps = 6, EvaluateEvery = 3, LearningRate = 2e-3 };
    private static readonly QuestionExam s_exam = new(s_material.Targets, QuestionForm.Plain);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_DirectAnswers_TeachesThemFromTheSameBitsEveryTime(bool lora)
    {
        RelearningAttack attack = new(s_options with { Lora = lora ? new LoraOptions() : null, LearningRate = lora ? 1e-2 : 2e-3 }, s_exam,
            new RandomStream(3));
        RelearnSet set = Set(new DirectAnswers());
        RelearnCourse course = attack.Run(BaseModel.Subject, set), again = attack.Run(BaseModel.Subject, set);
        Assert.Equal([0, 3, 6], course.Points.Select(point => point.Step));
        Assert.Equal(lora, course.Adapter);
        Assert.True(course.Points[^1].Mean(RelearnMetrics.Probability) > course.Points[0].Mean(RelearnMetrics.Probability) + 0.1);
        Assert.Equal(course.Points.SelectMany(point => point.Items[RelearnMetrics.TargetNats]), again.Points.SelectMany(point =>
            point.Items[RelearnMetrics.TargetNats]));
        Assert.Equal(s_material.Targets.Count, course.Points[0].Items[RelearnMetrics.Choice].Count);
    }

    [Fact]
    public void Run_Diverging_EndsTheCourseAndSaysSo()
    {
        RelearnCourse course = new RelearningAttack(s_options with { LearningRate = 1e30 }, s_exam, new RandomStream(3)).Run(BaseModel.Subject,
            Set(new PublicText()));
        Assert.True(course.Diverged);
        Assert.Equal(0, course.Points[0].Step);
    }

    [Fact]
    public void Options_ThatMakeNoSense_AreRefused() =>
        Assert.Contains("evaluate_every", Assert.Throws<PalimpsestException>(() =>
            new RelearningAttack(new RelearnOptions { Steps = 2, EvaluateEvery = 3 }, s_exam, new RandomStream(1))).Message, StringComparison.Ordinal);

    private static RelearnSet Set(RelearnSetOptions options)
    {
        using LanguageModel model = BaseModel.Load();
        return options.Build(s_material, model, new RandomStream(1));
    }
}
