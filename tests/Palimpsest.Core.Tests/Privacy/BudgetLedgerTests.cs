using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Palimpsest.Privacy;
using Palimpsest.Tests.Runs;

namespace Palimpsest.Tests.Privacy;

/// <summary>The ledger of a budget: what it grants is on the disk, what it refuses is not, and no damage passes for less spending.</summary>
public sealed class BudgetLedgerTests
{
    private static readonly PrivacyBudget s_budget = new(2, 1e-5, "client");

    [Fact]
    public void Reserve_AnySequence_NeverExceedsTheBudgetAndSurvivesReopening() =>
        Gen.Select(Gen.Double[0.01, 0.2], Gen.Double[0.7, 4], Gen.Int[1, 60]).Array[1, 6].Sample(
            requests =>
            {
                using TemporaryFolder folder = new();
                using (BudgetLedger ledger = BudgetLedger.Create(folder["budget"], s_budget))
                {
                    foreach ((double rate, double noise, int steps) in requests)
                    {
                        int before = ledger.Entries.Count;
                        try
                        {
                            ledger.Reserve(new SubsampledGaussian(rate, noise), steps, "round");
                            Assert.Equal(before + 1, ledger.Entries.Count);
                        }
                        catch (PalimpsestException refusal)
                        {
                            Assert.Contains("above the budget", refusal.Message, StringComparison.Ordinal);
                            Assert.Equal(before, ledger.Entries.Count);
                        }
                    }

                    Assert.True(ledger.Spent <= s_budget.Epsilon);

                    requests = [.. ledger.Entries.Select(entry => (entry.Rate, entry.Noise, (int)entry.Steps))];
                }

                using BudgetLedger again = BudgetLedger.Open(folder["budget"]);
                Assert.Equal(requests, again.Entries.Select(entry => (entry.Rate, entry.Noise, (int)entry.Steps)));
                Assert.Equal(s_budget, again.Budget);
            },
            iter: 4);

    [Fact]
    public void Open_CrashAtAnyByteOfAReservation_CountsWhatWasGranted()
    {
        using TemporaryFolder folder = new();
        Fill(folder["whole"], 2);
        byte[] two = File.ReadAllBytes(folder["whole"]), head = File.ReadAllBytes(folder["whole.head"]);
        using (BudgetLedger ledger = BudgetLedger.Open(folder["whole"]))
        {
            ledger.Reserve(new SubsampledGaussian(0.01, 2), 1, "the third");
        }

        byte[] three = File.ReadAllBytes(folder["whole"]);
        for (int length = two.Length; length <= three.Length; length++)
        {
            Put(folder["crashed"], three[..length], head);
            using (BudgetLedger crashed = BudgetLedger.Open(folder["crashed"]))
            {
                Assert.Equal(length == three.Length ? 3 : 2, crashed.Entries.Count);
                crashed.Reserve(new SubsampledGaussian(0.01, 2), 1, "afterwards");
            }

            using BudgetLedger again = BudgetLedger.Open(folder["crashed"]);
            Assert.Equal("afterwards", again.Entries[^1].Purpose);
        }
    }

    [Fact]
    public void Open_AnyByteChangedOrCutOff_IsRefused()
    {
        using TemporaryFolder folder = new();
        Fill(folder["whole"], 3);
        byte[] bytes = File.ReadAllBytes(folder["whole"]), head = File.ReadAllBytes(folder["whole.head"]);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 1;
            Put(folder["edited"], changed, head);
            Refuses("cannot be trusted", () => BudgetLedger.Open(folder["edited"]));
            Put(folder["edited"], bytes[..i], head);
            Assert.Throws<PalimpsestException>(() => BudgetLedger.Open(folder["edited"]));
        }

        // A whole line that is taken out of the middle.
        string[] lines = File.ReadAllLines(folder["whole"]);
        Put(folder["edited"], Encoding.UTF8.GetBytes(string.Join('\n', lines.Where((_, i) => i != 2)) + "\n"), head);
        Assert.Throws<PalimpsestException>(() => BudgetLedger.Open(folder["edited"]));
        File.Delete(folder["edited.head"]);
        Assert.Throws<PalimpsestException>(() => BudgetLedger.Open(folder["edited"]));
    }

    [Fact]
    public void Open_WhileAnotherHasIt_IsRefused()
    {
        using TemporaryFolder folder = new();
        using BudgetLedger ledger = BudgetLedger.Create(folder["budget"], s_budget);
        Refuses("one process at a time", () => BudgetLedger.Open(folder["budget"]));
        Refuses("never replaced", () => BudgetLedger.Create(folder["budget"], s_budget));
        Assert.Contains("One client: epsilon 0.0000 of 2", ledger.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name,amount\n", null, "cannot be trusted")]
    [InlineData("name,amount\n", "1 0123", "line 1 was changed")]
    [InlineData("\u00ff\n", "1 0123", "cannot be trusted")]
    [InlineData("", "1 0123", "0 lines instead of 1")]
    [InlineData("", "", "no number of lines")]
    [InlineData("a\n", "1", "no number of lines")]
    [InlineData("a\n", "-1 0123", "no number of lines")]
    [InlineData("a\n", "99999999999999999999 0123", "no number of lines")]
    public void Open_ForeignFile_IsRefused(string text, string? head, string expected)
    {
        using TemporaryFolder folder = new();
        Put(folder["foreign"], Encoding.Latin1.GetBytes(text), Encoding.Latin1.GetBytes(head ?? ""));
        if (head is null)
        {
            File.Delete(folder["foreign.head"]);
        }

        Refuses(expected, () => BudgetLedger.Open(folder["foreign"]));
        Assert.Equal(text, File.ReadAllText(folder["foreign"], Encoding.Latin1));
        Refuses("cannot be opened", () => BudgetLedger.Open(folder.Path));
        Refuses("cannot be opened", () => BudgetLedger.Open(folder["nothing"]));
    }

    [Fact]
    public void Open_LedgerOfALaterVersion_IsRefused()
    {
        using TemporaryFolder folder = new();
        const string Json = """{"schema":2,"budget":{"epsilon":1,"delta":1E-05,"unit":"client"}}""";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(" " + Json)));
        Put(folder["later"], Encoding.UTF8.GetBytes($"{hash} {Json}\n"), Encoding.UTF8.GetBytes($"1 {hash}\n"));
        Refuses("a later version", () => BudgetLedger.Open(folder["later"]));
    }

    [Theory]
    [InlineData(0, 1e-5, "client")]
    [InlineData(double.PositiveInfinity, 1e-5, "client")]
    [InlineData(1, 0, "client")]
    [InlineData(1, 1e-5, "two\nlines")]
    [InlineData(1, 1e-5, " ")]
    public void Create_NoBudget_IsRefusedAndLeavesNoFile(double epsilon, double delta, string unit)
    {
        using TemporaryFolder folder = new();
        Assert.Throws<PalimpsestException>(() => BudgetLedger.Create(folder["budget"], new PrivacyBudget(epsilon, delta, unit)));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static void Refuses(string expected, Func<BudgetLedger> open) =>
        Assert.Contains(expected, Assert.Throws<PalimpsestException>(open).Message, StringComparison.Ordinal);

    private static void Fill(string path, int entries)
    {
        using BudgetLedger ledger = BudgetLedger.Create(path, s_budget);
        for (int i = 0; i < entries; i++)
        {
            ledger.Reserve(new SubsampledGaussian(0.01, 2), 1, $"round {i}");
        }
    }

    private static void Put(string path, byte[] bytes, byte[] head)
    {
        foreach ((string name, byte[] content) in ((string, byte[])[])[(path, bytes), (path + ".head", head)])
        {
            using FileStream file = File.Create(name);
            file.Write(content);
        }
    }
}
