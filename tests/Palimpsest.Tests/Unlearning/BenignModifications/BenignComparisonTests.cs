using Palimpsest.Evaluation;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Tests.Unlearning.Audit;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.BenignModifications;

namespace Palimpsest.Tests.Unlearning.BenignModifications;

/// <summary>Scripted models whose figures can be worked out by hand.</summary>
public sealed class BenignComparisonTests
{
    private static readonly AuditQuestion[] Forget = [.. Enumerable.Range(0, 8).Select(i => Question("Ann", i))];
    private static readonly AuditQuestion[] Retain = [.. Enumerable.Range(0, 8).Select(i => Question("Bob", i))];

    [Fact]
    public void Compare_GuardedModel_HidesTheForgottenAloneAndHurtsTheRestInPairs()
    {
        // Refuses whatever names Ann; the control knows Bob and guesses at Ann, alone and in pairs.
        ScriptedModel guarded = Knowing(prompt => prompt.Contains("Ann", StringComparison.Ordinal) ? 0 : 0.9, (_, own) => own);
        ScriptedModel control = Knowing(_ => 0, (item, _) => Is(item, "Bob") ? 0.8 : 0.2);
        BenignResult result = New("paired", "paraphrase").Compare(guarded, control, original: control);
        ModifiedScore hurt = Row(result, "paired", BenignMeasure.Probability, QuestionSide.Retain);
        Assert.Equal([0.9, 0, 0.8, 0.8, -0.9],
            new[] { hurt.Unmodified, hurt.Modified, hurt.ControlUnmodified!.Value, hurt.ControlModified!.Value, hurt.Beyond!.Value.Estimate },
            (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(BenignVerdict.RetainedHurt, hurt.Verdict);
        Assert.Equal((16, 8, true), (hurt.Items, hurt.Groups, hurt.BySubject));
        ModifiedScore kept = Row(result, "paired", BenignMeasure.Probability, QuestionSide.Forget);
        Assert.Equal((0.0, BenignVerdict.Holds), (kept.Beyond!.Value.Estimate, kept.Verdict));
        Assert.Equal(BenignVerdict.Holds, Row(result, "paraphrase", BenignMeasure.Probability, QuestionSide.Retain).Verdict);
        Assert.Contains(result.Recommendations, one => one.For == RecommendationReader.Unlearner && one.Because.SequenceEqual(["paired"]));
        Assert.Contains(result.Recommendations, one => one.For == RecommendationReader.BenchmarkBuilder && one.Because.SequenceEqual(["paired"]));
        Assert.Contains("retained knowledge hurt more than shown", hurt.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_ModelThatForgotTheWording_TellsInOtherWords_AndItIsNamed()
    {
        ScriptedModel shallow = Knowing(_ => 0.7, (item, own) => item.Prompt.Contains("Where does Ann", StringComparison.Ordinal) ? 0.1 : own);
        ScriptedModel control = Knowing(_ => 0.1, (item, own) => Is(item, "Bob") ? 0.7 : own);
        BenignResult result = New("paraphrase", "ambiguous").Compare(shallow, control);
        Assert.All(result.Scores.Where(row => row is { Side: QuestionSide.Forget, Measure: BenignMeasure.Probability }), row =>
        {
            Assert.Equal(0.6, row.Beyond!.Value.Estimate, 1e-12);
            Assert.Equal(BenignVerdict.InformationAccessible, row.Verdict);
        });
        Assert.Contains(result.Recommendations, one => one.Text.Contains("The wording was unlearned, not the fact", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Scores, row => row.Measure == BenignMeasure.Recall); // nobody said what the original answers
    }

    [Fact]
    public void Compare_ModelWithItself_FindsNothingButThatAControlKnowsIt()
    {
        ScriptedModel model = Knowing(prompt => prompt.Length % 7 / 10.0, (_, own) => own);
        BenignComparison comparison = New();
        BenignResult result = comparison.Compare(model, model, model);
        Assert.All(result.Scores, row =>
        {
            Assert.Equal((0, 0, 0), (row.Beyond!.Value.Estimate, row.Beyond.Value.Lower, row.Beyond.Value.Upper));
            bool copes = result.Scores.First(other => other.Side == QuestionSide.Retain && (other.Modification, other.Measure) == (row.Modification,
                row.Measure))
                is { ControlUnmodified: double before, ControlModified: double after } && after >= before / 2;
            Assert.Equal(copes ? BenignVerdict.Holds : BenignVerdict.FormUnknown, row.Verdict);
        });
        Assert.Contains(result.Scores, row => row.Verdict == BenignVerdict.FormUnknown);
        Assert.Equal(Modifications.All.Select(one => one.Name), result.Scores.Select(row => row.Modification).Distinct());
        Assert.Contains("no proof of forgetting", result.Recommendations[^1].Text, StringComparison.Ordinal);
        int asked = model.Asked.Count;
        Assert.Equal(result.Scores, comparison.Compare(model, model, model).Scores);
        Assert.Equal(asked, model.Asked.Count); // what was said is kept
    }

    [Fact]
    public void Compare_WithoutAControl_ConcludesNothing()
    {
        BenignResult result = New("paired").Compare(Knowing(prompt => prompt.Contains("And", StringComparison.Ordinal) ? 0 : 0.9, (_, own) => own),
            control: null);
        Assert.All(result.Scores, row => Assert.Equal((BenignVerdict.Inconclusive, null), (row.Verdict, row.Beyond)));
        Assert.Equal(-0.9, Row(result, "paired", BenignMeasure.Probability, QuestionSide.Retain).Change.Estimate, 1e-12);
        Assert.Null(result.Control);
    }

    [Fact]
    public void Texts_ShortAnswersAreSearched_LongOnesAreCompared_AndRecallFollowsTheOriginal()
    {
        Assert.Equal([1, 0, 0.75], new[]
        {
            ModelScores.Said("It is Rye.", "rye"), ModelScores.Said("It is Ryeland", "rye"), ModelScores.Said("one two three four five six",
                "one two three four five six seven eight"),
        });
        ScriptedModel model = new()
        {
            Answers = item => item.Prompt.Contains("And", StringComparison.Ordinal) ? "I cannot say"
            : "town of Ann 3 town of Bob 3"
        };
        ScriptedModel original = new() { Answers = _ => "town of Ann 3" };
        BenignResult result = New("paired").Compare(model, model, original);
        ModifiedScore recall = Row(result, "paired", BenignMeasure.Recall, QuestionSide.Forget);
        Assert.Equal((1.0, 0.0), (recall.Unmodified, recall.Modified));
    }

    [Fact]
    public void Choice_EqualScores_AreShared() => Assert.Equal([0.5, 0, 1], new[]
    {
        ModelScores.Chosen([-1, -1, -2], 0), ModelScores.Chosen([-1, -1, -2], 2), ModelScores.Chosen([-1, -3], 0),
    });

    [Fact]
    public void Compare_FewerThanFiveSubjects_GroupsByQuestion_AndFewerThanFiveQuestionsDecideNothing()
    {
        QuestionSets few = new([.. Forget.Select(question => question with { Subject = "Ann" })], Retain[..3]);
        BenignComparison comparison = new(new BenignOptions { Modifications = ["paraphrase"], Texts = false }, QuestionForm.Plain, few, new RandomStream(1));
        ScriptedModel model = Knowing(_ => 0.1, (item, own) => item.Prompt.Contains("home", StringComparison.Ordinal) ? 0.9 : own);
        BenignResult result = comparison.Compare(model, Knowing(_ => 0.1, (_, own) => own));
        ModifiedScore forget = Row(result, "paraphrase", BenignMeasure.Probability, QuestionSide.Forget), retain = Row(result, "paraphrase",
            BenignMeasure.Probability, QuestionSide.Retain);
        Assert.Equal((8, false, BenignVerdict.InformationAccessible), (forget.Groups, forget.BySubject, forget.Verdict));
        Assert.Equal((3, BenignVerdict.Inconclusive), (retain.Groups, retain.Verdict));
    }

    [Fact]
    public void Result_WrittenAndRead_IsTheSame()
    {
        ScriptedModel model = Knowing(_ => 0.4, (_, own) => own);
        BenignResult result = New("paired", "swapped").Compare(model, model);
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "test", "kind: test\n");
        run.WriteArtifact("benign.json", result);
        BenignResult read = RunFolder.ReadArtifact<BenignResult>(run.Path, "benign.json")!;
        Assert.Equal(result.Scores, read.Scores);
        Assert.Equal(result.Recommendations.Select(one => (one.For, one.Text, string.Join(' ', one.Because))),
            read.Recommendations.Select(one => (one.For, one.Text, string.Join(' ', one.Because))));
        Assert.Equal((result.Model, result.Control), (read.Model, read.Control));
        Assert.Contains("\"verdict\": \"holds\"", File.ReadAllText(Path.Combine(run.Artifacts, "benign.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void New_WhatMakesNoSense_IsRefused()
    {
        Assert.Contains("Did you mean \"swapped\"", Assert.Throws<PalimpsestException>(() => New("swaped")).Message, StringComparison.Ordinal);
        Assert.Throws<PalimpsestException>(() => new BenignComparison(new BenignOptions(), QuestionForm.Plain, new QuestionSets(Forget, Forget),
            new RandomStream(1)));
        BenignComparison small = new(new BenignOptions { Most = 3 }, QuestionForm.Plain, new QuestionSets(Forget, Retain), new RandomStream(1));
        Assert.Equal((3, 3), (small.Sets.Forget.Count, small.Sets.Retain.Count));
    }

    private static BenignComparison New(params string[] names) =>
        new(new BenignOptions { Modifications = names }, QuestionForm.Plain, new QuestionSets(Forget, Retain), new RandomStream(9));

    private static AuditQuestion Question(string name, int i) => new($"Where does {name} {i} live?", $"town of {name} {i}")
    {
        Subject = $"{name} {i}",
        Wrong = ["Hull", "Ware"],
        Rephrased = [$"What is the home of {name} {i}?"],
        Openings = [$"{name} {i} has a home in"],
    };

    // Whose answer is scored.
    private static bool Is(ChoiceItem item, string name) => item.Choices[item.Answer].Contains(name, StringComparison.Ordinal);

    private static ScriptedModel Knowing(Func<string, double> byPrompt, Func<ChoiceItem, double, double> byItem) =>
        new() { Probabilities = item => byItem(item, byPrompt(item.Prompt)) };

    private static ModifiedScore Row(BenignResult result, string name, BenignMeasure measure, QuestionSide side) =>
        Assert.Single(result.Scores, row => row.Modification == name && row.Measure == measure && row.Side == side);
}
