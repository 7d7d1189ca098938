using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.BenignModifications;

namespace Palimpsest.Tests.Unlearning.BenignModifications;

/// <summary>What each modification asks, letter by letter, of two small sets.</summary>
public sealed class ModificationTests
{
    private static readonly AuditQuestion Ann = new("Where does Ann live?", "Rye")
    {
        Subject = "Ann",
        Wrong = ["Hull", "Ware"],
        Rephrased = ["What is Ann's home?"],
        Openings = ["Ann resides in"],
    };

    private static readonly AuditQuestion Bob = new("What does Bob play?", "flute") { Subject = "Bob", Wrong = ["drum", "harp"] };

    [Fact]
    public void Paired_AsksBothOrdersAndScoresEachAnswerInItsSlot()
    {
        AskedItem[] items = Ask("paired");
        Assert.Equal([QuestionSide.Forget, QuestionSide.Retain, QuestionSide.Retain, QuestionSide.Forget], items.Select(item => item.Side));
        Assert.All(items[..2], item => Assert.Equal("Question: Where does Ann live? And what does Bob play?\nAnswer:", item.Item.Prompt));
        Assert.All(items[2..], item => Assert.Equal("Question: What does Bob play? And where does Ann live?\nAnswer:", item.Item.Prompt));
        Assert.Equal(["", " Rye;", "", " flute;"], items.Select(item => item.Item.Begun));
        Assert.Equal([true, false, true, false], items.Select(item => item.Item.Open));
        Assert.Equal([true, false, true, false], items.Select(item => item.Unmodified.Open));
        Assert.Equal([" Rye", " Hull", " Ware"], items[0].Item.Choices);
        Assert.Equal([" flute", " drum", " harp"], items[1].Item.Choices);
        Assert.All(items, item => Assert.Null(item.AfterOwn));
    }

    [Fact]
    public void PairedNumbered_IsBlursLayout()
    {
        AskedItem[] items = Ask("paired-numbered");
        Assert.Equal("Question: 1. Where does Ann live? 2. What does Bob play?\nAnswer:", items[0].Item.Prompt);
        Assert.Equal([" 1.", " 1. Rye 2.", " 1.", " 1. flute 2."], items.Select(item => item.Item.Begun));
    }

    [Theory]
    [InlineData("paired-own", "Hull; drum", " Hull;")]
    [InlineData("paired-own", "I don't know.", " I don't know.;")]
    [InlineData("paired-numbered-own", "1. Hull 2. drum", " 1. Hull 2.")]
    public void PairedOwn_ScoresTheSecondAnswerBehindTheModelsFirst(string name, string said, string begun)
    {
        AskedItem[] items = Ask(name);
        Assert.Equal([QuestionSide.Retain, QuestionSide.Forget], items.Select(item => item.Side));
        Assert.Equal(begun, items[0].AfterOwn!(said).Begun);
        Assert.Equal([" flute", " drum", " harp"], items[0].AfterOwn!(said).Choices);
    }

    [Fact]
    public void PairedInAChat_TheLastMessageIsTheWholeAnswer()
    {
        AskedItem item = Ask("paired", Input() with { Form = new QuestionForm { Template = "{question}", Chat = true } })[1];
        Assert.Equal("Rye; flute", item.Item.Chat![^1].Content);
        Assert.Equal((" Rye;", " flute"), (item.Item.Begun, item.Item.Choices[0]));
    }

    [Fact]
    public void Paired_EveryForgetQuestionMeetsARetainQuestionWithAnotherAnswer_AllBeforeAnyTwice()
    {
        AuditQuestion[] forget = [.. Enumerable.Range(0, 6).Select(i => new AuditQuestion($"f{i}?", i % 2 == 0 ? "same" : "odd"))];
        AuditQuestion[] retain = [new("r0?", "same"), new("r1?", "other"), new("r2?", "third")];
        AskedItem[] items = Ask("paired", Input() with { Sets = new QuestionSets(forget, retain) });
        int[] met = [.. items.Where((item, i) => i % 4 == 1).Select(item => item.Question)];
        Assert.Equal([0, 1, 2], met[..3].Order());
        Assert.Equal([0, 1, 2], met[3..].Order());
    }

    [Fact]
    public void Swapped_OneWrongOptionIsAKeyword_AndTheTrueOneStays()
    {
        AskedItem item = Assert.Single(Ask("swapped"));
        Assert.Equal(QuestionSide.Retain, item.Side);
        Assert.Equal(" flute", item.Item.Choices[item.Item.Answer]);
        Assert.Single(item.Item.Choices, choice => choice == " Ann");
        Assert.Single(item.Item.Choices.Intersect([" drum", " harp"]));
        Assert.Equal([" flute", " drum", " harp"], item.Unmodified.Choices);
        Assert.Equal(item.Unmodified.Prompt, item.Item.Prompt);

        AskedItem lettered = Assert.Single(Ask("swapped-letters"));
        string[] lines = lettered.Item.Prompt.Split('\n'), before = lettered.Unmodified.Prompt.Split('\n');
        Assert.Equal(("Question: What does Bob play?", "Answer:"), (lines[0], lines[^1]));
        int changed = Assert.Single(Enumerable.Range(0, 5), i => lines[i] != before[i]);
        Assert.EndsWith(". Ann", lines[changed], StringComparison.Ordinal);
        Assert.Equal([" A", " B", " C"], lettered.Item.Choices);
        Assert.Equal($"{lettered.Item.Choices[lettered.Item.Answer].Trim()}. flute", lines[1 + lettered.Item.Answer]);
    }

    [Fact]
    public void Swapped_ManyQuestions_ReplaceEveryPlaceNowAndThen()
    {
        AuditQuestion[] retain = [.. Enumerable.Range(0, 60).Select(i => Bob with { Question = $"q{i}?" })];
        AskedItem[] items = Ask("swapped", Input() with { Sets = new QuestionSets([Ann], retain) });
        Assert.InRange(items.Count(item => item.Item.Choices[1] == " Ann"), 15, 45);
        Assert.Equal(items.Select(item => string.Join('|', item.Item.Choices)),
            Ask("swapped", Input() with { Sets = new QuestionSets([Ann], retain) }).Select(item => string.Join('|', item.Item.Choices)));
    }

    [Theory]
    [InlineData("keyword", "Question: Leave Bob aside. Where does Ann live?\nAnswer:", "Question: Leave Ann aside. What does Bob play?\nAnswer:")]
    [InlineData("paraphrase", "Question: What is Ann's home?\nAnswer:")]
    [InlineData("format", "Q: Where does Ann live?\nA:", "Where does Ann live?", "Please answer this question: Where does Ann live?\nAnswer:",
        "Q: What does Bob play?\nA:", "What does Bob play?", "Please answer this question: What does Bob play?\nAnswer:")]
    [InlineData("statement", "Ann resides in")]
    [InlineData("ambiguous", "Q: What is Ann's home?\nA:")]
    public void OtherWordsAndForms_AreAskedSo(string name, params string[] prompts) => Assert.Equal(prompts, Ask(name).Select(item => item.Item.Prompt));

    [Fact]
    public void Lacks_WhatCannotBeAsked_SaysWhatIsMissing()
    {
        ModificationInput bare = Input() with { Sets = new QuestionSets([new("f?", "1")], [new("r?", "2")]), Keywords = [] };
        Assert.Equal(["swapped", "swapped-letters", "keyword", "paraphrase", "statement", "ambiguous"],
            Modifications.All.Where(one => one.Lacks(bare) is not null).Select(one => one.Name));
        Assert.Contains("keywords", Modifications.Find("swapped").Lacks(bare), StringComparison.Ordinal);
        Assert.Contains("wrong answers", Modifications.Find("swapped").Lacks(bare with { Keywords = ["x"] }), StringComparison.Ordinal);
        Assert.Contains("a chat", Modifications.Find("statement").Lacks(Input() with { Form = new QuestionForm { Chat = true } }), StringComparison.Ordinal);
        Assert.Contains("Did you mean \"paired\"", Assert.Throws<PalimpsestException>(() => Modifications.Find("pared")).Message, StringComparison.Ordinal);
    }

    private static ModificationInput Input() => new(new QuestionSets([Ann], [Bob]), QuestionForm.Plain, ["Ann"], new RandomStream(5));

    private static AskedItem[] Ask(string name, ModificationInput? input = null) => [.. Modifications.Find(name).Ask(input ?? Input())];
}
