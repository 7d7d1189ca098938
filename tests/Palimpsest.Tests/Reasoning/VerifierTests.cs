using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Tests.Reasoning;

/// <summary>Verifiers: what counts as an answer, what as the same, and what happens when they fail.</summary>
public sealed class VerifierTests
{
    [Theory]
    [InlineData("number", "51", "so it costs 51.0 dollars.", Verdict.Right)]
    [InlineData("number", "51.0", "first 50, then 51", Verdict.Right)]
    [InlineData("number", "1234", "that makes $1,234.", Verdict.Right)]
    [InlineData("number", "-3", "we get -3.00", Verdict.Right)]
    [InlineData("number", "0.1", "0.1000000000000000055511151231257827", Verdict.Wrong)]
    [InlineData("number", "51", "510", Verdict.Wrong)]
    [InlineData("number", "51", "no idea", Verdict.Unreadable)]
    [InlineData("number", "5", "the answer is ٥", Verdict.Unreadable)]
    [InlineData("marked", "72", "#### 72", Verdict.Right)]
    [InlineData("marked", "He sold 72.\n#### 72", "so 48 + 24 = 72\n#### 72.0", Verdict.Right)]
    [InlineData("marked", "72", "72", Verdict.Unreadable)]
    [InlineData("boxed", "\\frac{1}{2}", "thus \\boxed{0.5}", Verdict.Right)]
    [InlineData("boxed", "We find $x = \\boxed{\\frac12}$.", "\\boxed{\\dfrac{1}{2}}", Verdict.Right)]
    [InlineData("number", "She sells 9 * 2 = 18.\n#### 18", "That makes 18 dollars.", Verdict.Right)]
    [InlineData("boxed", "7", "\\boxed{8}", Verdict.Wrong)]
    [InlineData("boxed", "7", "\\boxed{7", Verdict.Unreadable)]
    [InlineData("exact", "a cat", "thinking ...\n a cat \n\n", Verdict.Right)]
    [InlineData("exact", "a cat", "A cat", Verdict.Wrong)]
    [InlineData("exact", "a cat", " \n ", Verdict.Unreadable)]
    [InlineData("fact", "São Paulo", "She works in são paulo.", Verdict.Right)]
    [InlineData("fact", "Oslo", "Oslo is far.\nShe works in Bergen.", Verdict.Wrong)]
    public void Judge_FinalAnswers_ByTheirRule(string name, string answer, string solution, Verdict expected)
    {
        Dictionary<string, VerifierOptions> known = new()
        {
            ["number"] = new NumberVerifier(),
            ["marked"] = new MarkedVerifier(),
            ["boxed"] = new BoxedVerifier(),
            ["exact"] = new ExactVerifier(),
            ["fact"] = new FactVerifier(),
        };
        IVerifier verifier = known[name].Create();
        Problem problem = new("?", answer);
        Assert.Null(verifier.ProblemOf(problem));
        Judgement judgement = verifier.Judge(problem, solution);
        Assert.Equal(expected, judgement.Verdict);
        Assert.Equal(expected is Verdict.Right or Verdict.Wrong, judgement.Answer is not null);
    }

    [Theory]
    [InlineData("3/4")]
    [InlineData("")]
    [InlineData("about 5")]
    [InlineData("1,23")]
    [InlineData("0,001")]
    [InlineData(".")]
    public void ProblemOf_AnAnswerThatIsNoNumber_IsTold(string answer) => Assert.NotNull(new NumberVerifier().Create().ProblemOf(new Problem("?", answer)));

    [Fact]
    public void Regex_FindsTheGroupOfTheLastMatch_AndStopsInTime()
    {
        IVerifier verifier = new RegexVerifier { Pattern = "^Answer: (?<answer>.*)$", Equality = AnswerEquality.Number }.Create();
        Assert.True(verifier.Judge(new Problem("?", "8"), "Answer: 7\nwait\nAnswer: 8.0\n").IsRight);
        Judgement slow = new RegexVerifier { Pattern = "^(a+)+$", Seconds = 0.05 }.Create().Judge(new Problem("?", "b"), new string('a', 40) + "b");
        Assert.Equal(Verdict.Failed, slow.Verdict);
        Assert.Contains("too long", slow.Note, StringComparison.Ordinal);
        Assert.Contains("no regular expression", new RegexVerifier { Pattern = "(" }.Problems().Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("read line; echo right 42", Verdict.Right, null)]
    [InlineData("echo wrong", Verdict.Wrong, null)]
    [InlineData("echo maybe", Verdict.Failed, "neither")]
    [InlineData("echo right; exit 1", Verdict.Failed, "code 1")]
    [InlineData("sleep 30", Verdict.Failed, "more than")]
    [InlineData("kill -SEGV $$", Verdict.Failed, "code 139")]
    public void Program_SaysRightOrWrong_AnythingElseIsAFailure(string script, Verdict expected, string? note)
    {
        ProgramVerifier options = new()
        {
            Command = ["/bin/sh", "-c", script],
            Run = true,
            Seconds = script.StartsWith("sleep", StringComparison.Ordinal) ? 0.3
            : 20
        };
        Assert.Empty(options.Problems());
        Judgement judgement = options.Create().Judge(new Problem("6 * 7", "42"), new string('x', 1 << 20));
        Assert.Equal(expected, judgement.Verdict);
        if (note is not null)
        {
            Assert.Contains(note, judgement.Note, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Program_ThatTakesTooMuchMemory_Fails()
    {
        ProgramVerifier options = new()
        {
            Command = ["/bin/sh", "-c", "x=$(head -c 200000000 /dev/zero | tr '\\0' a); echo right"],
            Run = true,
            Megabytes = 64
        };
        Assert.Equal(Verdict.Failed, options.Create().Judge(new Problem("?", "1"), "1").Verdict);
    }

    [Fact]
    public void Program_ThatNobodyAllowed_IsRefusedByName()
    {
        ProgramVerifier options = new() { Command = ["rm", "-rf"] };
        Assert.Contains("rm -rf", options.Problems().Single(), StringComparison.Ordinal);
        Assert.Contains("rm -rf", (options with { Run = true }).Create().Description, StringComparison.Ordinal);
        Assert.Equal(Verdict.Failed, new ProgramVerifier { Command = ["/no/such/program"], Run = true }.Create().Judge(new Problem("?", "1"), "1").Verdict);
    }
}
