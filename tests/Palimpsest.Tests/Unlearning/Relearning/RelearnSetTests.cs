using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Runs.Recipes;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Tests.Unlearning.Relearning;

/// <summary>The relearning sets, made of an owner's facts for the embedded model.</summary>
public sealed class RelearnSetTests : IDisposable
{
    private readonly LanguageModel _model = BaseModel.Load();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Build_EverySet_HoldsNoAnswerUnlessItSaysSo()
    {
        AnswerCheck check = new(BaseModel.Material.Targets);
        RelearnSetOptions[] all = [new PublicText(), new SameFormat(), new AnswerPrefix(), new Gibberish(), new UnrelatedText(), new DirectAnswers()];
        foreach (RelearnSetOptions options in all)
        {
            RelearnSet set = Build(options);
            Assert.Equal(RecipeChoices.NameOf(options), set.Name);
            Assert.Equal(set.Name == "direct", set.HasAnswers);
            Assert.Equal(set.HasAnswers, set.Sequences.Any(sequence => check.Tells(_model.Tokenizer.Decode(sequence.Ids))));
            Assert.True(set.Tokens > 0 && set.Sequences.All(sequence => sequence.Targets > 0));
        }
    }

    [Fact]
    public void Build_TextsWithAnswers_AreLeftOutAndCountedOrRefused()
    {
        RelearnMaterial material = Told("The mill stands.", "It was built in Harrowmere.", "It is red.");
        RelearnSet set = new PublicText().Build(material, _model, new RandomStream(1));
        Assert.Equal((2, 1), (set.Sequences.Count, set.Told));
        string strict = Assert.Throws<PalimpsestException>(() => new PublicText { Strict = true }.Build(material, _model, new RandomStream(1))).Message;
        Assert.Contains("1 of 3 texts hold an answer", strict, StringComparison.Ordinal);
        Assert.Contains("It was built in Harrowmere.", strict, StringComparison.Ordinal);
        Assert.Contains("1 texts, of which 1 hold an answer", Assert.Throws<PalimpsestException>(() =>
            new PublicText().Build(Told("In Harrowmere."), _model, new RandomStream(1))).Message, StringComparison.Ordinal);
        Assert.Single(new PublicText { Most = 1 }.Build(material, _model, new RandomStream(1)).Sequences);
    }

    [Fact]
    public void Build_Prefix_EndsAtTheAnswerWithoutAnEndToken()
    {
        RelearnSet set = Build(new AnswerPrefix());
        Assert.All(set.Sequences, sequence => Assert.EndsWith("Answer:", _model.Tokenizer.Decode(sequence.Ids), StringComparison.Ordinal));
        Assert.DoesNotContain(set.Sequences, sequence => sequence.Ids[^1] == _model.Tokenizer.EndToken);
    }

    [Fact]
    public void Build_Gibberish_HasThePublicTextsLengthsAndOtherTokens()
    {
        RelearnSet text = Build(new PublicText()), gibberish = Build(new Gibberish());
        Assert.Equal(text.Sequences.Select(sequence => sequence.Ids.Length), gibberish.Sequences.Select(sequence => sequence.Ids.Length));
        Assert.Equal(text.Sequences[0].Ids[^1], gibberish.Sequences[0].Ids[^1]); // the end token
        Assert.True(text.Sequences.Zip(gibberish.Sequences, (a, b) => a.Ids.Zip(b.Ids, (x, y) => x == y).Count(same => same)).Sum() < text.Tokens / 4);
    }

    [Fact]
    public void Build_File_TakesItsParagraphs()
    {
        using TemporaryFolder folder = new();
        folder.Write("notes.txt", "The mill stands.\n\nIt was built in Harrowmere.\n");
        RelearnSet set = new TextFile { Path = folder.At("notes.txt") }.Build(Told(), _model, new RandomStream(1));
        Assert.Equal("The mill stands.", _model.Tokenizer.Decode(Assert.Single(set.Sequences).Ids).Trim());
        Assert.Equal(1, set.Told);
    }

    [Fact]
    public void Halved_Questions_AsksEveryOtherOneOfASubject()
    {
        AuditQuestion[] all = [.. Enumerable.Range(0, 6).Select(i => new AuditQuestion($"Q{i}", $"a{i}") { Subject = i < 3 ? "x" : "y" })];
        RelearnMaterial material = RelearnMaterial.Halved(all);
        Assert.Equal(["Q0", "Q2", "Q3", "Q5"], material.Targets.Select(question => question.Question));
        Assert.Equal(["Q1", "Q4"], material.Related.Select(question => question.Question));
        Assert.Throws<PalimpsestException>(() => RelearnMaterial.Halved([all[0], all[3]]));
    }

    private static RelearnMaterial Told(params string[] texts) => new()
    {
        Targets = [new AuditQuestion("Where was it built?", "Harrowmere")],
        PublicText = [.. texts.Select(text => new Data.TextExample("", text))],
    };

    private RelearnSet Build(RelearnSetOptions options) => options.Build(BaseModel.Material, _model, new RandomStream(1));
}
