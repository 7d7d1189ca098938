using System.Diagnostics;
using System.Runtime.CompilerServices;
using Palimpsest.Privacy;

namespace Palimpsest.Tests.Privacy;

/// <summary>A process of its own that begins private rounds in deployment for ever, and says after each how many the ledger holds. It is this test program, which
/// becomes that process where a variable names a ledger: before the test runner wakes up, so that a start takes a moment.</summary>
internal static class ReservingProcess
{
    private const string Variable = "PALIMPSEST_TEST_RESERVES";

    /// <summary>Rounds without an end in reach, each of next to no cost.</summary>
    public static PrivacyPlan Plan { get; } = new() { Rate = 0.01, Rounds = long.MaxValue, Population = 10 };

    public static Process Start(string ledger)
    {
        ProcessStartInfo information = new("dotnet", [typeof(ReservingProcess).Assembly.Location]) { RedirectStandardOutput = true, UseShellExecute = false };
        information.Environment[Variable] = ledger;
        return Process.Start(information)!;
    }

    [ModuleInitializer]
    internal static void Become()
    {
        if (Environment.GetEnvironmentVariable(Variable) is string path)
        {
            using BudgetLedger ledger = BudgetLedger.Open(path);
            PrivateAggregator aggregator = new(Plan, 50, 1, 1, PrivacyRandomness.Deployment(), ledger);
            while (true)
            {
                aggregator.Begin();
                Console.WriteLine(ledger.Entries.Count);
            }
        }
    }
}
