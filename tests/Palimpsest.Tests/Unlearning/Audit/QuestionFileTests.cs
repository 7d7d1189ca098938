using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Relearning.Exams;
using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Tests.Unlearning.Audit;

/// <summary>Files of questions of several makers, and what is refused.</summary>
public sealed class QuestionFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static IEnumerable<TheoryDataRow<string>> Tofu() => Files("tofu").Select(file => new TheoryDataRow<string>(file));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_TofuRow_HasAllItsParts()
    {
        AuditQuestion question = Assert.Single(Read("a.json", """
            [{"task_id": "1", "question": "Who?", "answer": "Ann.", "paraphrased_answer": "It is Ann.",
              "perturbed_answer": ["Bo.", "Cy."], "paraphrased_question": "Who is it?"}]
            """));
        Assert.Equal(("Who?", "Ann.", "It is Ann."), (question.Question, question.Answer, question.RephrasedAnswer));
        Assert.Equal(["Bo.", "Cy."], question.Wrong);
        Assert.Equal(["Who is it?"], question.Rephrased);
        Assert.Null(question.Subject);
    }

    [Theory]
    [InlineData("""{"question": "q", "choices": ["x", "y", "z"], "answer": 1, "subject": "virology"}""")]
    [InlineData("""{"question": "q", "choices": ["x", "y", "z"], "answer": "B"}""")]
    [InlineData("""{"question": "q", "choices": ["x", "y", "z"], "answer": "y"}""")]
    [InlineData("""{"question": "q", "options": ["A)x", "B)y", "C)z"], "rationale": "...", "correct": "B"}""")]
    [InlineData("""{"question": "q", "options": ["A. x", "B. y", "C. z"], "correct": "b"}""")]
    public void Read_MultipleChoice_TakesIndexLetterOrText(string row)
    {
        AuditQuestion question = Assert.Single(Read("a.jsonl", row));
        Assert.Equal("y", question.Answer);
        Assert.Equal(["x", "z"], question.Wrong);
        Assert.Equal(row.Contains("virology", StringComparison.Ordinal) ? "virology" : null, question.Subject);
    }

    [Fact]
    public void Read_TableAndListOfPrompts_AreQuestionsToo()
    {
        Assert.Equal(["Rye", "42"], Read("a.csv", "question,answer,choices\nTown?,Rye,\nHow many?,42,\"[\"\"42\"\", \"\"7\"\"]\"\n").Select(question =>
            question.Answer));
        AuditQuestion bare = Assert.Single(Read("b.json", "[{\"prompt\": \"Question: Town?\\nAnswer:\", \"completion\": \" Rye\"}]"));
        Assert.Equal(("Town?", "Rye"), (bare.Question, bare.Answer));
    }

    [Fact]
    public void Read_Keyword_IsWhatAnAnswerNeeds()
    {
        AuditQuestion question = Assert.Single(Read("a.jsonl",
            """{"question": "Which book?", "answer": "She wrote The Mill in 1990.", "keyword": "The Mill"}"""));
        Assert.True(QuestionExam.Holds("It was The Mill.", question));
        Assert.False(QuestionExam.Holds("She wrote in 1990.", question));
        AnswerCheck check = new([question]);
        Assert.True(check.Tells("Everyone has read the mill."));
        Assert.False(check.Tells("She wrote much in 1990."));
        Assert.Contains("not in the answer", Assert.Throws<PalimpsestException>(() =>
            Read("b.jsonl", """{"question": "Which book?", "answer": "She wrote The Mill.", "keyword": "the mill"}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Passages_AreCutBetweenWords()
    {
        string path = Put("a.txt", "ANNA:\nOne two  three\nfour five six seven.\n\nBERT:\nToo short.\n\nCARL:\na b c d\ne\n\nDORA:\na b c d e");
        (IReadOnlyList<AuditQuestion> passages, int tooShort) = PassageFile.Read(path, new PassageOptions { Given = 4, Asked = 2 }, perSubject: 2);
        Assert.Equal([new("ANNA:\nOne two  three", "four five") { Subject = "passages 1-2" }, new("CARL:\na b c", "d\ne") { Subject = "passages 1-2" },
            new("DORA:\na b c", "d e") { Subject = "passages 3-3" }], passages);
        Assert.Equal(1, tooShort);
        Assert.Contains("none of 4 passages has 9 words", Assert.Throws<PalimpsestException>(() =>
            PassageFile.Read(path, new PassageOptions { Given = 7, Asked = 2 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowRange_BeyondTheEnd_IsRefused()
    {
        Assert.Equal([2, 3], new RowRange { Skip = 1, Most = 2 }.Of([1, 2, 3, 4], "a"));
        Assert.Contains("there are 4", Assert.Throws<PalimpsestException>(() => new RowRange { Skip = 4 }.Of([1, 2, 3, 4], "a")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RowsPerSubject_NamesTheSubjectThatTheyShare()
    {
        IReadOnlyList<AuditQuestion> questions = QuestionFile.Read(Put("a.jsonl", """
            {"question": "Where was Hsiao Yun-Hwa born?", "answer": "Hsiao Yun-Hwa was born in Taipei, Taiwan."}
            {"question": "Is Hsiao Yun-Hwa's father a Civil Engineer?", "answer": "Yes."}
            {"question": "what?", "answer": "that"}
            {"question": "and what?", "answer": "this"}
            """), perSubject: 2);
        Assert.Equal(["Hsiao Yun-Hwa", "Hsiao Yun-Hwa", "rows 3-4", "rows 3-4"], questions.Select(question => question.Subject));
    }

    [Theory]
    [InlineData("a.jsonl line 2: no \"answer\"", "{\"question\": \"a\", \"answer\": \"b\"}\n{\"question\": \"c\"}")]
    [InlineData("no \"question\" (nor \"prompt\")", "{\"qestion\": \"a\", \"answer\": \"b\"}")]
    [InlineData("\"answer\" is \"D\", which is none of the 3 \"choices\"", "{\"question\": \"a\", \"choices\": [\"x\", \"y\", \"z\"], \"answer\": \"D\"}")]
    [InlineData("\"answer\" is \"3\", which is none of the 3 \"choices\"", "{\"question\": \"a\", \"choices\": [\"x\", \"y\", \"z\"], \"answer\": 3}")]
    [InlineData("\"correct\" without \"options\"", "{\"question\": \"a\", \"correct\": \"B\"}")]
    [InlineData("\"choices\" is an empty list", "{\"question\": \"a\", \"choices\": [], \"answer\": \"B\"}")]
    [InlineData("\"choices\" has no wrong one", "{\"question\": \"a\", \"choices\": [\"x\", \"x\"], \"answer\": \"x\"}")]
    [InlineData("holds the true answer", "{\"question\": \"a\", \"answer\": \"x\", \"perturbed_answer\": [\"x\"]}")]
    [InlineData("\"question\" is empty", "{\"question\": \" \", \"answer\": \"x\"}")]
    [InlineData("\"prompt\" is not in the form", "{\"prompt\": \"Q: a\", \"completion\": \" x\"}")]
    [InlineData("the file is empty", "")]
    public void Read_WhatIsNoQuestion_IsRefusedByFileRowAndKey(string expected, string text)
    {
        string message = Assert.Throws<PalimpsestException>(() => Read("a.jsonl", text)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.StartsWith(_folder.At("a.jsonl"), message, StringComparison.Ordinal);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tofu))]
    public void Read_PublishedFiles_KeepEveryRow(string file)
    {
        IReadOnlyList<AuditQuestion> questions = QuestionFile.Read(file, perSubject: 20);
        Assert.Equal(File.ReadLines(file).Count(line => line.Trim().Length > 0), questions.Count);
        Assert.Equal(file.Contains("perturbed", StringComparison.Ordinal), questions.All(question => question.Wrong.Count >= 3));
        Assert.All(questions, question => Assert.NotNull(question.Subject));
    }

    [Fact]
    public void Read_Aqua_HasUpToFourWrongOptionsAQuestion()
    {
        string[] files = Files("math", "AQuA_test.json");
        Assert.SkipWhen(files.Length == 0, "PALIMPSEST_DATA names no such file");
        Assert.All(QuestionFile.Read(files[0]), question => Assert.True(question.Wrong.Count is 3 or 4 && !question.Answer.StartsWith("A)",
            StringComparison.Ordinal)));
    }

    private static string[] Files(string folder, string pattern = "*.json") => Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root
        && Path.Combine(root, "data", folder) is string data && Directory.Exists(data) ? Directory.GetFiles(data, pattern) : [];

    private string Put(string name, string text)
    {
        _folder.Write(name, text);
        return _folder.At(name);
    }

    private IReadOnlyList<AuditQuestion> Read(string name, string text) => QuestionFile.Read(Put(name, text));
}
