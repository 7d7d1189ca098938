using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;

namespace Palimpsest.Tests.Unlearning.Audit;

/// <summary>Methods that leave the weights alone, before the embedded model.</summary>
public sealed class WeightlessMethodsTests : IDisposable
{
    private readonly LanguageModel _model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
    private readonly WholeModel _whole;
    private readonly QuestionSets _sets = WorldSets();

    public WeightlessMethodsTests() => _whole = new WholeModel(_model, "base");

    private WeightlessTuning Tuning => new(_sets, QuestionForm.Plain, new RandomStream(3));

    private ChoiceItem[] Forget => [.. _sets.Forget.Select(QuestionForm.Plain.Choice)];

    private ChoiceItem[] Retain => [.. _sets.Retain.Select(QuestionForm.Plain.Choice)];

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Guardrail_RefusesWhatNamesASubject_AndLeavesTheRestAsItIs()
    {
        IAuditedModel guarded = WeightlessMethods.Create(new GuardrailOptions { Prefix = false }, _whole, Tuning);
        Assert.All(guarded.Answer(Forget), answer => Assert.Equal("I don't know.", answer));
        Assert.All(guarded.Probability(Forget), probability => Assert.Equal(0, probability));
        Assert.Equal(_whole.Probability(Retain), guarded.Probability(Retain));
        Assert.Equal(_whole.Answer(Retain), guarded.Answer(Retain));
        Assert.Equal(_whole.Score(Retain)[0], guarded.Score(Retain)[0]);

        // Among refused prompts the true answer, which comes first, is right by chance only, and the same guess comes again.
        double[][] scores = guarded.Score([.. Enumerable.Range(0, 400).Select(i => Forget[0] with { Prompt = $"{Forget[0].Prompt} {i}" })]);
        Assert.InRange(scores.Average(own => own[0] == own.Max() ? 1.0 : 0), 0.15, 0.35);
        Assert.Equal(guarded.Score(Forget)[0], guarded.Score(Forget)[0]);
    }

    [Fact]
    public void Guardrail_OutputFilter_HoldsBackAnswersWithAKeyword()
    {
        ScriptedModel inner = new() { Answers = _ => "It was ANN, I think.", Scores = item => [.. item.Choices.Select(_ => -1.0)] };
        Guardrail guarded = new(inner, new GuardrailOptions { FilterInput = false }, ["Ann"], new RandomStream(1), "guarded");
        ChoiceItem item = new("Who?", [" Ann", " Annabel"], 0);
        Assert.Equal("I don't know.", guarded.Answer([item])[0]);
        Assert.Equal(0, guarded.Probability([item])[0]);
        Assert.Equal(0.5, guarded.Probability([item with { Answer = 1 }])[0]);
        Assert.True(guarded.Score([item])[0] is [double held, double free] && held < free && free == -1);
        Assert.Contains("If a question is about Ann, answer only: I don't know.", inner.Asked[0].Prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void InContext_TheNearestForgetQuestionComesFirst_WithAWrongAnswer()
    {
        InContextUnlearning method = (InContextUnlearning)WeightlessMethods.Create(new InContextOptions { Retain = 2 }, _whole, Tuning);
        AuditQuestion asked = _sets.Forget[4];
        string prompt = method.WithExamples(QuestionForm.Plain.Open(asked)).Prompt;
        string first = prompt.Split("\n\n")[0];
        Assert.StartsWith($"Question: {asked.Question}\nAnswer: ", first, StringComparison.Ordinal);
        Assert.Contains(first.Split("Answer: ")[1], asked.Wrong);
        Assert.Equal(2, _sets.Retain.Count(question => prompt.Contains($"Question: {question.Question}\nAnswer: {question.Answer}\n\n",
            StringComparison.Ordinal)));
        Assert.EndsWith(QuestionForm.Plain.Open(asked).Prompt, prompt, StringComparison.Ordinal);
        Assert.NotEqual(_whole.Probability(Forget), method.Probability(Forget));
    }

    [Fact]
    public void InContext_WhatDoesNotFit_IsLeftOutFromTheEnd()
    {
        InContextUnlearning method = (InContextUnlearning)WeightlessMethods.Create(new InContextOptions { Retain = 20, Room = 20 }, _whole, Tuning);
        ChoiceItem longer = method.WithExamples(Forget[0]);
        int tokens = _model.Tokenizer.EncodePrompt(longer.Prompt).Length;
        Assert.InRange(tokens, _model.Model.Config.ContextLength - 20 - 60, _model.Model.Config.ContextLength - 20);
        Assert.StartsWith($"Question: {_sets.Forget[0].Question}", longer.Prompt, StringComparison.Ordinal);
        string filler = string.Concat(Enumerable.Repeat("town ", 230));
        Assert.Equal(filler, method.WithExamples(new ChoiceItem(filler, [" x"], 0)).Prompt);
    }

    [Theory]
    [InlineData(CorruptionKind.Noise, 2.0)]
    [InlineData(CorruptionKind.Zero, 0.5)]
    public void EmbeddingCorruption_SpoilsForgetPromptsAlone_AndTheSameWayEachTime(CorruptionKind kind, double strength)
    {
        EmbeddingCorruption method = (EmbeddingCorruption)WeightlessMethods.Create(
            new EmbeddingCorruptionOptions { Kind = kind, Strength = strength }, _whole, Tuning);
        Assert.All(Forget, item => Assert.True(method.IsSpoilt(item)));
        Assert.All(Retain, item => Assert.False(method.IsSpoilt(item)));
        Assert.Equal(_whole.Probability(Retain), method.Probability(Retain));
        double[] clean = _whole.Probability(Forget), spoilt = method.Probability(Forget);
        Assert.All(clean.Zip(spoilt), pair => Assert.NotEqual(pair.First, pair.Second, 1e-6));
        Assert.Equal(spoilt, method.Probability([.. Retain, .. Forget])[Retain.Length..]);
        Assert.Equal(method.Answer(Forget[..2], 8), method.Answer([Forget[0], Retain[0], Forget[1]], 8) is [string a, _, string b] ? [a, b] : []);
        Assert.Empty(_model.Model.Hooks.Has("", "hook_embed") ? ["a hook stayed"] : Array.Empty<string>());
    }

    [Fact]
    public void EmbeddingCorruption_LeavesAnswerTokensAlone_AndTwoPathsAgree()
    {
        // Greedy generation and likelihood see the same spoilt prompt: what is generated is what is most likely at the first token.
        EmbeddingCorruption method = (EmbeddingCorruption)WeightlessMethods.Create(new EmbeddingCorruptionOptions { Strength = 0.5 }, _whole, Tuning);
        ChoiceItem item = Forget[1] with { Open = true };
        string said = method.Answer([item], 6)[0];
        ChoiceItem own = item with { Choices = [" " + said, .. item.Choices], Answer = 0 };
        double[] scores = method.Score([own])[0];
        Assert.Equal(scores.Length, own.Choices.Count);
        Assert.True(method.Probability([own])[0] >= item.Choices.Select((_, i) => method.Probability([item with { Answer = i }])[0]).Max());
    }

    [Theory]
    [InlineData("strength must be a number above 0")]
    [InlineData("refusal must say something")]
    [InlineData("forget must be at least 1")]
    public void Create_WhatMakesNoSense_IsRefusedByName(string expected)
    {
        WeightlessOptions[] options = [new EmbeddingCorruptionOptions { Strength = 0 }, new GuardrailOptions { Refusal = "" },
            new InContextOptions { Forget = 0 }];
        string[] messages = [.. options.Select(one => Assert.Throws<PalimpsestException>(() => WeightlessMethods.Create(one, _whole, Tuning)).Message)];
        Assert.Single(messages, message => message.Contains(expected, StringComparison.Ordinal));
    }

    private static QuestionSets WorldSets() => WorldQuestions.Of([Palimpsest.Data.Worlds.World.V1.Owner(3)], [Palimpsest.Data.Worlds.World.V1.Owner(4)],
        facts: 10);
}
