using System.CommandLine;
using Palimpsest.Privacy;
using static System.FormattableString;

namespace Palimpsest.Cli.Commands.Privacy;

/// <summary><c>palimpsest privacy</c></summary>
internal static class PrivacyCommand
{
    public static Command Create(TextWriter output)
    {
        Option<double?> epsilon = new("--epsilon") { Description = "The budget: finds the least noise that keeps it." };
        Option<double?> noise = new("--noise") { Description = "The noise multiplier, the other way round: finds the epsilon it proves." };
        Option<double> delta = new("--delta") { Description = "Probability of failure; less than 1 over the population.", DefaultValueFactory = _ => 1e-5 };
        Option<long?> rounds = new("--rounds") { Description = "Noisy sums that are released." };
        Option<double?> rate = new("--rate") { Description = "Share of all units that a round takes in." };
        Option<double> clientRate = new("--client-rate")
        {
            Description = "Where clients are drawn first and their units second: probability of a client to take part; --rate is then that of its units.",
            DefaultValueFactory = _ => 1,
        };
        Option<SamplingScheme> sampling = new("--sampling")
        {
            Description = "poisson (each unit by its own coin) or fixed (a fixed number, without replacement).",
        };
        Option<string> unit = new("--unit") { Description = "What the guarantee is about: client, owner, record.", DefaultValueFactory = _ => "client" };
        Option<long?> population = new("--population") { Description = "Units that could take part; 10000 by default." };
        Option<long?> parameters = new("--parameters") { Description = "Length of the vector that is summed; a million by default." };
        Option<int?> group = new("--group") { Description = "Also says what a group of so many units is guaranteed." };
        Option<string?> ledger = new("--ledger") { Description = "Says instead what a ledger of a budget has spent." };
        Command command = new(
            "privacy",
            """
            Says how much noise a privacy budget needs, or what a noise proves, by two accountants (docs/privacy.md).

            Example: palimpsest privacy --epsilon 8 --delta 1e-5 --rounds 500 --rate 0.01
            """)
        {
            epsilon, noise, delta, rounds, rate, clientRate, sampling, unit, population, parameters, group, ledger,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(ledger) is string path)
            {
                using BudgetLedger opened = BudgetLedger.Open(path);
                output.WriteLine(opened.Describe());
                return;
            }

            PrivacyPlan plan = new()
            {
                Rate = parsed.GetValue(rate) ?? throw Missing("--rate, the share of all units that a round takes in, such as 0.01"),
                Rounds = parsed.GetValue(rounds) ?? throw Missing("--rounds, the number of noisy sums that are released, such as 500"),
                Delta = parsed.GetValue(delta),
                ClientRate = parsed.GetValue(clientRate),
                Sampling = parsed.GetValue(sampling),
                Unit = parsed.GetValue(unit)!,
                Population = parsed.GetValue(population) ?? 10_000,
            };
            if (plan.Problems().FirstOrDefault() is string problem)
            {
                // Problems begin with their key, which is the option.
                string key = problem[..problem.IndexOf(' ', StringComparison.Ordinal)];
                throw new PalimpsestException($"--{key.Replace('_', '-')}{problem[key.Length..]}");
            }

            (double? budget, double? given) = (parsed.GetValue(epsilon), parsed.GetValue(noise));
            PrivacyReport report = plan.At((budget, given) switch
            {
                (double target, null) => plan.NoiseFor(target),
                (null, double multiplier) => multiplier,
                (null, null) => throw Missing("--epsilon, to find the noise, or --noise, to find the epsilon"),
                _ => throw new PalimpsestException("--epsilon and --noise follow from each other. Keep the one that is given."),
            });
            (long length, int? size) = (parsed.GetValue(parameters) ?? 1_000_000, parsed.GetValue(group));
            if (length < 1 || size < 1)
            {
                throw new PalimpsestException(length < 1 ? "--parameters must be at least 1." : "--group must be at least 1.");
            }

            Write(report, length, parsed.GetValue(parameters) is null || parsed.GetValue(population) is null, size, output);
        });
        return command;
    }

    private static void Write(PrivacyReport report, long length, bool assumed, int? group, TextWriter output)
    {
        foreach (string line in report.Lines())
        {
            output.WriteLine(line);
        }

        PrivacyPlan plan = report.Plan;
        string assumption = assumed ? " (assumed where not given: --population, --parameters)" : "";
        output.WriteLine(Invariant($"Signal to noise of a round: at most {report.SignalToNoise(length):G3}, with {plan.ExpectedUnits:N0} {plan.Unit}s ")
            + Invariant($"expected of {plan.Population:N0} and {length:N0} parameters{assumption}."));
        output.WriteLine($"  Far below 1, a round is nearly noise: more {plan.Unit}s or fewer parameters help, another clipping norm does not.");
        if (group is int size)
        {
            (double groupEpsilon, double groupDelta) = GroupPrivacy.Of(report.Epsilon, plan.Delta, size);
            output.WriteLine(Invariant($"A group of {size} {plan.Unit}s: epsilon {groupEpsilon:F4} at delta {groupDelta:G3}."));
        }
    }

    private static PalimpsestException Missing(string what) => new($"Something is missing: {what}.");
}
