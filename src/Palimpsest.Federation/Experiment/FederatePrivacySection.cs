using System.Globalization;
using Palimpsest.Common;
using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Privacy;

namespace Palimpsest.Federation.Experiment;

/// <summary>Private rounds (DP-FedAvg): every client is drawn by a coin of its own, its contribution is clipped, and noise is added to the sum. What is
/// protected is a client with all that it contributes.</summary>
public sealed record FederatePrivacySection : IValidated
{
    private const string Unit = "client";

    /// <summary>ε that all rounds together may cost; the noise follows from it.</summary>
    /// <value>The default is none: <see cref="Noise"/> is given.</value>
    public double? Epsilon { get; init; }

    /// <summary>The noise multiplier of a round; ε follows from it.</summary>
    /// <value>The default is none: <see cref="Epsilon"/> is given.</value>
    public double? Noise { get; init; }

    /// <summary>δ, in (0, 1).</summary>
    /// <value>The default is 1e-5.</value>
    public double Delta { get; init; } = 1e-5;

    /// <summary>Longest contribution of a client; longer ones are scaled down to it. The first one, where it is <see cref="Adaptive"/>.</summary>
    /// <value>The default is 0.1.</value>
    public double Clip { get; init; } = 0.1;

    /// <summary>How the longest contribution follows the lengths of the updates.</summary>
    /// <value>The default is none: it stays.</value>
    public AdaptiveClipping? Adaptive { get; init; }

    /// <summary>The ledger that keeps the budget of these clients over all runs: coins and noise then come from the operating system, and every round is
    /// reserved there before it is made. A file that is not there is begun with <see cref="Budget"/>.</summary>
    /// <value>The default is none: a simulation with seeded noise, which can be repeated and guarantees nothing.</value>
    public string? Ledger { get; init; }

    /// <summary>ε that a ledger is begun with. More than the rounds cost leaves room for those that are paid for twice, since the run was killed in the midst
    /// of them, and for other runs.</summary>
    /// <value>The default is <see cref="Epsilon"/>.</value>
    public double? Budget { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Budget is double budget && (Ledger is null || !(budget > 0 && double.IsFinite(budget)) || budget < Epsilon))
        {
            yield return "budget is what a ledger is begun with: a number above 0, no less than epsilon, beside the ledger's file.";
        }

        if (Epsilon is null == Noise is null)
        {
            yield return "either epsilon or noise must be given: one follows from the other.";
        }

        if (Epsilon is double epsilon && !(epsilon > 0 && double.IsFinite(epsilon)))
        {
            yield return "epsilon must be a number above 0.";
        }

        if (Noise is double noise && !(noise > 0 && double.IsFinite(noise)))
        {
            yield return "noise must be a number above 0.";
        }

        if (!(Clip > 0) || !double.IsFinite(Clip))
        {
            yield return "clip must be a number above 0.";
        }
    }

    /// <summary>Opens the ledger, or begins it.</summary>
    /// <returns>Null for a simulation.</returns>
    /// <exception cref="PalimpsestException">It is used by another process, damaged, or of another unit than clients.</exception>
    internal BudgetLedger? Open()
    {
        if (Ledger is null)
        {
            return null;
        }

        if (!File.Exists(Ledger))
        {
            double budget = Budget ?? Epsilon ?? throw new PalimpsestException($"{Ledger}: is not there yet, and privacy.noise says no budget to begin it "
                + "with. Give privacy.budget.");
            return BudgetLedger.Create(Ledger, new PrivacyBudget(budget, Delta, Unit));
        }

        BudgetLedger ledger = BudgetLedger.Open(Ledger);
        if (ledger.Budget.Unit == Unit)
        {
            return ledger;
        }

        string unit = ledger.Budget.Unit;
        ledger.Dispose();
        throw new PalimpsestException($"{Ledger}: keeps the budget of a {unit}, but the rounds of a federation protect a {Unit}. Name another file in "
            + "privacy.ledger.");
    }

    /// <summary>Draws, clips, adds noise and accounts.</summary>
    /// <param name="clients">Clients that there are.</param>
    /// <param name="train">Rounds, and the expected cohort.</param>
    /// <param name="seed">Of a simulation.</param>
    /// <param name="ledger">As <see cref="Open"/> gave it.</param>
    /// <exception cref="PalimpsestException">The settings do not go together, or no noise keeps the budget.</exception>
    internal PrivateAggregation Aggregator(int clients, FederationOptions train, long seed, BudgetLedger? ledger)
    {
        PrivacyPlan plan = new() { Rate = (double)train.Cohort / clients, Rounds = train.Rounds, Delta = Delta, Population = clients, Unit = Unit };
        double noise = Noise ?? plan.NoiseFor(Epsilon!.Value);
        PrivacyRandomness randomness = ledger is null
            ? PrivacyRandomness.Simulation(new RandomStream(seed, "federate", "privacy")) : PrivacyRandomness.Deployment();
        return new PrivateAggregation(clients, plan, noise, Clip, randomness, ledger, Adaptive);
    }

    /// <summary>The setting in a sentence.</summary>
    internal string Said => string.Create(CultureInfo.InvariantCulture,
        $"Private rounds: {(Epsilon is double epsilon ? $"epsilon {epsilon}" : $"noise multiplier {Noise}")} at delta {Delta} for each {Unit}; ")
        + (Ledger is null ? "a simulation with seeded noise, no guarantee." : $"the budget is kept in {Ledger}.");
}
