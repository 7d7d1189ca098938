using System.Globalization;
using System.Text.RegularExpressions;
using Palimpsest.Privacy;

namespace Palimpsest.Tests.Cli;

/// <summary>The privacy command as people start it.</summary>
public sealed class PrivacyCommandTests
{
    [Fact]
    public void Privacy_Budget_SaysNoiseEpsilonsUnitAndSignal()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run("privacy", "--epsilon", "8", "--delta", "1e-5", "--rounds", "500", "--rate", "0.01");
        Assert.True(code == 0, output + error);
        Assert.Contains("Unit of privacy: one client, added or removed", output, StringComparison.Ordinal);
        Assert.Contains("by Rényi differential privacy", output, StringComparison.Ordinal);
        Assert.Contains("Signal to noise of a round: at most 0.18", output, StringComparison.Ordinal);
        Assert.InRange(Number(output, "Noise multiplier (.+?):"), 0.54, 0.545);
        Assert.InRange(Number(output, @"Epsilon (\S+) at delta 1E-05"), 7.98, 8);
    }

    [Fact]
    public void Privacy_Noise_GivesTheEpsilonBack()
    {
        string output = Run("--noise 1.5 --rounds 2250 --rate 0.04 --unit record --group 2 --population 60000 --parameters 1000").Output;
        Assert.InRange(Number(output, @"loss distributions (\S+)"), 6.768, 6.77);
        Assert.InRange(Number(output, @"differential privacy  (\S+)"), 7.3291, 7.3293);
        Assert.Contains("one record", output, StringComparison.Ordinal);
        Assert.Contains("A group of 2 records: epsilon 13.5", output, StringComparison.Ordinal);
        Assert.DoesNotContain("assumed", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Privacy_ClientsFirst_TakesTheSoundBound()
    {
        string output = Run("--noise 1.145 --rounds 5 --rate 0.125 --client-rate 0.2 --unit provider --population 4149").Output;
        Assert.InRange(Number(output, @"Epsilon (\S+) at"), 1.9846, 1.9848);
        Assert.Contains("none for this sampling", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Privacy_DeltaAboveOneOverThePopulation_IsWarnedOf()
    {
        string output = Run("--noise 1 --rounds 1 --rate 0.1 --delta 1e-3").Output;
        Assert.Contains("Warning: delta 0.001 is more than 1 over the population", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Privacy_Ledger_SaysWhatIsSpent()
    {
        using CommandProcess folder = new();
        string path = Path.Combine(folder.Folder, "budget");
        using (BudgetLedger ledger = BudgetLedger.Create(path, new PrivacyBudget(4, 1e-6, "owner")))
        {
            ledger.Reserve(new SubsampledGaussian(0.01, 1), 20, "training");
        }

        (int code, string output, string error) = folder.Run("privacy", "--ledger", path);
        Assert.True(code == 0, output + error);
        Assert.Matches(@"One owner: epsilon [01]\.\d{4} of 4 at delta 1E-06 is spent by 20 releases", output);
    }

    [Fact]
    public void Privacy_ForeignLedger_IsRefused()
    {
        using CommandProcess folder = new();
        (int code, string output, string error) = folder.Run("privacy", "--ledger", folder.Write("notes.txt", "This is none.\n"));
        Assert.Equal(2, code);
        Assert.Contains("this ledger cannot be trusted", error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("write 0.001", "--epsilon 8 --rounds 500 --rate 0,001")]
    [InlineData("--rate must be above 0 and at most 1", "--epsilon 8 --rounds 500 --rate 1.5")]
    [InlineData("--delta must lie between 0 and 1", "--epsilon 8 --rounds 500 --rate 0.01 --delta 0")]
    [InlineData("--delta must lie between 0 and 1", "--epsilon 8 --rounds 500 --rate 0.01 --delta 1")]
    [InlineData("--rounds must be at least 1", "--epsilon 8 --rounds 0 --rate 0.01")]
    [InlineData("Something is missing: --rate", "--epsilon 8 --rounds 500")]
    [InlineData("Something is missing: --epsilon", "--rounds 500 --rate 0.01")]
    [InlineData("Keep the one that is given", "--epsilon 8 --noise 1 --rounds 500 --rate 0.01")]
    [InlineData("Epsilon must be above 0", "--epsilon 0 --rounds 500 --rate 0.01")]
    [InlineData("noise multiplier must be at least", "--noise 0 --rounds 500 --rate 0.01")]
    [InlineData("--client-rate has no proven bound", "--noise 1 --rounds 500 --rate 0.1 --client-rate 0.5 --sampling fixed")]
    [InlineData("Did you mean poisson?", "--noise 1 --rounds 500 --rate 0.1 --sampling poison")]
    [InlineData("fewer rounds", "--epsilon 0.001 --delta 1e-12 --rounds 1000000000000000 --rate 1")]
    [InlineData("the ledger cannot be opened", "--ledger nowhere/budget")]
    public void Privacy_Mistake_IsOneClearMessage(string expected, string line)
    {
        (int code, string output, string error) = Run(line);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    private static (int Code, string Output, string Error) Run(string line)
    {
        using StringWriter output = new(), error = new();
        int code = Palimpsest.Cli.CommandLineHost.Run(["privacy", .. line.Split(' ')], output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static double Number(string text, string pattern) => double.Parse(Regex.Match(text, pattern).Groups[1].Value, CultureInfo.InvariantCulture);
}
