using Palimpsest.Runs;
using Palimpsest.Unlearning.Audit.Experiment;

namespace Palimpsest.Tests.Unlearning.Audit;

public sealed class AuditStagesTests : IDisposable, IJobLog
{
    private readonly string _root = Directory.CreateTempSubdirectory("palimpsest").FullName;
    private readonly RunFolder _run;
    private readonly List<string> _said = [];

    public AuditStagesTests() => _run = RunFolder.Create(_root, "audit", "schema: 1\nkind: audit\n");

    [Fact]
    public void Do_AgainInAnotherProcess_TakesTheFile()
    {
        string[] made = new AuditStages(_run, TimeSpan.FromHours(1), this).Do("a", "asks", () => new[] { "outcome" });
        AuditStages again = new(_run, TimeSpan.FromHours(1), this);
        Assert.Equal(made, again.Do<string[]>("a", "asks", () => throw new InvalidOperationException("It was done before.")));
        Assert.Equal(["s, asks"], _said);
        Assert.True(again.Seconds > 0, "What earlier processes took counts.");
    }

    [Fact]
    public void TryDo_PartsThatDoNotFitTogether_AreLeftOutAndNamed()
    {
        AuditStages stages = new(_run, TimeSpan.FromSeconds(0.5), this);
        int calls = 0;
        IReadOnlyList<string>? Try(string name) => stages.TryDo<string>("attack", $"attack {name}",
        [
            ($"{name}-control", "its control", () => Slow(++calls)), ($"{name}-audited", "the attack", () => Slow(++calls)),
        ]);
        Assert.Equal(["1", "2"], Try("first")!);
        Assert.Null(Try("second"));
        Assert.Equal(2, calls);
        Assert.Equal(["attack second"], stages.LeftOut);

        // What is done already costs nothing: a run that goes on has it, whatever is left of the budget.
        AuditStages later = new(_run, TimeSpan.FromSeconds(0.1), this);
        Assert.Equal(["1", "2"], later.TryDo<string>("attack", "attack first",
            [("first-control", "", () => Slow(0)), ("first-audited", "", () => Slow(0))])!);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("2h", 7200)]
    public void Budget_LengthOfTime_IsRead(string text, double seconds)
    {
        Assert.True(AuditBudget.TryRead(text, out TimeSpan length));
        Assert.Equal(seconds, length.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("0m")]
    [InlineData("-5m")]
    [InlineData("0,5h")]
    [InlineData("1.5h")]
    [InlineData("10 m")]
    [InlineData("10m\n")]
    public void Budget_Unclear_IsRefused(string text) => Assert.False(AuditBudget.TryRead(text, out _));

    void IJobLog.Say(string sentence) => _said.Add(sentence);

    void IJobLog.Progress(JobProgress progress) => _said.Add(progress.Detail);

    public void Dispose()
    {
        _run.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static string Slow(int call)
    {
        Thread.Sleep(200);
        return $"{call}";
    }
}
