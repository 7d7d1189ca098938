using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Preferences;
using Palimpsest.Tests.Text;
using Palimpsest.Text;

namespace Palimpsest.Tests.Data.Preferences;

/// <summary>Pairs of answers and judged answers in every form that TRL reads, and what is no pair.</summary>
public sealed class PreferenceReaderTests
{
    [Theory]
    [InlineData("""{"prompt": "The sky is", "chosen": " blue.", "rejected": " green."}""", "The sky is", " blue.", " green.")]
    [InlineData("""{"chosen": "The sky is blue.", "rejected": "The sky is green."}""", "The sky is", " blue.", " green.")]
    [InlineData("""{"chosen": "The sky is bright.", "rejected": "The sky is blue.", "score": 0.5}""", "The sky is b", "right.", "lue.")]
    [InlineData("""{"prompt": null, "chosen": "A b", "rejected": "A c", "owner": 7}""", "A", " b", " c")]
    public void Texts_WithAndWithoutAPrompt_AreSplitWhereTheyPart(string row, string prompt, string chosen, string rejected)
    {
        TextExample example = Read(row, AnswerForm.Pairs);
        Assert.Equal((prompt, chosen, rejected), (example.Prompt, example.Completion, example.Preference!.RejectedCompletion));
        Assert.True(example.Preference.IsDesirable);
    }

    [Theory]
    [InlineData("""{"prompt": [{"role": "user", "content": "Sky?"}], "chosen": [{"role": "assistant", "content": "Blue."}], "rejected": [{"role": "assistant", "content": "Green."}]}""")]
    [InlineData("""{"chosen": [{"role": "user", "content": "Sky?"}, {"role": "assistant", "content": "Blue."}], "rejected": [{"role": "user", "content": "Sky?"}, {"role": "assistant", "content": "Green."}]}""")]
    [InlineData("""{"prompt": "Sky?", "chosen": [{"role": "user", "content": "Sky?"}, {"role": "assistant", "content": "Blue."}], "rejected": [{"role": "user", "content": "Sky?"}, {"role": "assistant", "content": "Green."}]}""")]
    public void Chats_WithAndWithoutAPrompt_ShareTheirFirstMessages(string row)
    {
        TextExample example = Read(row, AnswerForm.Pairs);
        Preference preference = example.Preference!;
        Assert.Equal(1, preference.PromptMessages);
        Assert.Equal(["Sky?", "Blue."], example.Messages!.Select(message => message.Content));
        Assert.Equal(["Sky?", "Green."], preference.RejectedMessages!.Select(message => message.Content));
    }

    [Theory]
    [InlineData("""{"prompt": "2 + 2 =", "completion": " 4", "label": true}""", true)]
    [InlineData("""{"prompt": "2 + 2 =", "completion": " 5", "label": false}""", false)]
    [InlineData("""{"prompt": "2 + 2 =", "completion": " 5", "label": 0}""", false)]
    [InlineData("""{"prompt": "2 + 2 =", "completion": " 4", "label": "True"}""", true)]
    public void Judged_Labels_SayWhatIsDesirable(string row, bool desirable)
    {
        TextExample example = Read(row, AnswerForm.Judged);
        Assert.Equal("2 + 2 =", example.Prompt);
        Assert.Equal(desirable, example.Preference!.IsDesirable);
        Assert.Null(example.Preference.RejectedCompletion);
    }

    [Theory]
    [InlineData("""{"prompt": "A", "chosen": "b"}""", "no \"rejected\"", AnswerForm.Pairs)]
    [InlineData("""{"prompt": "A", "rejected": "b"}""", "no \"chosen\"", AnswerForm.Pairs)]
    [InlineData("""{"prompt": "A", "chosen": "b", "rejected": "b"}""", "are the same", AnswerForm.Pairs)]
    [InlineData("""{"prompt": "A", "chosen": "b", "rejected": ""}""", "\"rejected\" says nothing", AnswerForm.Pairs)]
    [InlineData("""{"prompt": "A", "chosen": 5, "rejected": "b"}""", "\"chosen\" is a number", AnswerForm.Pairs)]
    [InlineData("""{"prompt": "Other", "chosen": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "b"}]}""", "is no message of", AnswerForm.Pairs)]
    [InlineData("""{"chosen": [{"role": "user", "content": "Q"}, {"role": "user", "content": "a"}], "rejected": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "b"}]}""", "the assistant says nothing in \"chosen\"", AnswerForm.Pairs)]
    [InlineData("""{"prompt": "A", "chosen": "b", "rejected": "c", "system": "Be kind."}""", "\"system\" beside a preference", AnswerForm.Pairs)]
    [InlineData("""{"prompt": "A", "completion": "b"}""", "no \"label\"", AnswerForm.Judged)]
    [InlineData("""{"prompt": "A", "completion": "b", "label": "maybe"}""", "neither yes nor no", AnswerForm.Judged)]
    public void BadRows_AreRefusedWithTheReason(string row, string message, AnswerForm form) =>
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => Read(row, form)).Message, StringComparison.Ordinal);

    [Fact]
    public void Tables_HaveTheSameColumns()
    {
        using TemporaryFile file = new("prompt,chosen,rejected,score\nQ:, yes, no,3\n", "rows.csv");
        TextExample example = ExampleFile.Open(file.Path, new ExampleFileOptions { Answers = AnswerForm.Pairs }).From(0).Single().Example;
        Assert.Equal(("Q:", " yes", " no"), (example.Prompt, example.Completion, example.Preference!.RejectedCompletion));
        Assert.Contains("chosen", Assert.Throws<PalimpsestException>(() => ExampleFile.Open(file.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("no \"completion\"",
            Assert.Throws<PalimpsestException>(() => ExampleFile.Open(file.Path, new ExampleFileOptions { Answers = AnswerForm.Judged })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Words_StandAroundBothAnswers()
    {
        ExampleTemplate words = new() { Prompt = "Q: {prompt}\nA:", Completion = " {completion}" };
        TextExample example = words.Apply(Read("""{"prompt": "2 + 2", "chosen": "4", "rejected": "5"}""", AnswerForm.Pairs), "here");
        Assert.Equal(("Q: 2 + 2\nA:", " 4", " 5"), (example.Prompt, example.Completion, example.Preference!.RejectedCompletion));
    }

    [Fact]
    public void EncodeAnswers_OfPairs_LearnsTheAnswersOnly()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(256, "<end>", special: true).Parse("""{"eos_token": "<end>"}""");
        ExampleEncoder encoder = new(tokenizer, 64);
        AnswerSequences answers = encoder.EncodeAnswers(Read("""{"prompt": "the cat", "chosen": " sat", "rejected": " ran off"}""", AnswerForm.Pairs))!;
        int[] prompt = tokenizer.Encode("the cat", specialTokensAsText: true);
        Assert.Equal(prompt, answers.Answer.Ids[..prompt.Length]);
        Assert.Equal(prompt, answers.Rejected!.Ids[..prompt.Length]);
        Assert.Equal(answers.Answer.Ids.Length - prompt.Length, answers.Answer.Targets);
        Assert.Equal(answers.Rejected.Ids.Length - prompt.Length, answers.Rejected.Targets);
        PreferenceBatch batch = PreferenceBatch.Of([answers]);
        Assert.Equal([true, false], batch.Desirable);
        Assert.Equal(batch.Answers.Rows.Length, answers.Answer.Targets + answers.Rejected.Targets);
        Assert.Equal(answers.Answer.Targets, PreferenceBatch.RowsOf(batch.Answers).Count(row => row == 0));
    }

    private static TextExample Read(string row, AnswerForm form)
    {
        using TemporaryFile file = new(row + "\n", "rows.jsonl");
        return ExampleFile.Open(file.Path, new ExampleFileOptions { Answers = form }).From(0).Single().Example;
    }
}
