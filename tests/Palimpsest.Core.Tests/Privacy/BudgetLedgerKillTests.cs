using System.Diagnostics;
using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Privacy;
using Palimpsest.Tests.Runs;

namespace Palimpsest.Tests.Privacy;

/// <summary>kill -9 at random moments of a process that reserves rounds. PALIMPSEST_KILLS sets how many; twenty without it.</summary>
public sealed class BudgetLedgerKillTests
{
    [Fact]
    public void Reserve_KilledAgainAndAgain_CountsWhatWasGrantedAndAtMostOneMore()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("PALIMPSEST_KILLS"), CultureInfo.InvariantCulture, out int asked) ? asked : 20;
        using TemporaryFolder folder = new();
        string path = folder["budget"];
        BudgetLedger.Create(path, new PrivacyBudget(1000, 1e-5, "client")).Dispose();
        RandomStream random = new(23, "ledger", "kills");
        int granted = 0, living = 0, more = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            using Process process = ReservingProcess.Start(path);

            // Now and then while it starts and opens the ledger; mostly among the reservations.
            string said = kill % 5 == 0 ? "" : process.StandardOutput.ReadLine() + "\n";
            Thread.Sleep(random.NextInt(kill % 5 == 0 ? 300 : 40));
            living += process.HasExited ? 0 : 1;
            process.Kill();
            said += process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            string[] lines = said[..(said.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            granted = lines.Length == 0 ? granted : int.Parse(lines[^1], CultureInfo.InvariantCulture);
            using BudgetLedger ledger = BudgetLedger.Open(path);
            Assert.InRange(ledger.Entries.Count, granted, granted + 1);
            more += ledger.Entries.Count - granted;
            granted = ledger.Entries.Count;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{living} of {kills} kills met a living process; {granted} reservations, {more} of them not reported.");
        Assert.Equal(kills, living);
        Assert.True(granted >= kills / 2, $"Only {granted} reservations.");
    }
}
