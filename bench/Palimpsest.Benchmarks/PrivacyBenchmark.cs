using System.Diagnostics;
using Palimpsest.Numerics;
using Palimpsest.Privacy;

namespace Palimpsest.Benchmarks;

/// <summary>Times the accountants over 10,000 rounds, and what a private round does with each value of an update: the best of five rounds, on one thread.</summary>
internal static class PrivacyBenchmark
{
    private const int Rounds = 10_000;
    private const int Values = 1 << 22;
    private const int Cohort = 20;

    public static void Run()
    {
        foreach ((double rate, double noise) in ((double, double)[])[(0.01, 1.1), (0.001, 0.6), (0.1, 5), (1, 100)])
        {
            SubsampledGaussian round = new(rate, noise);
            string setting = $"{Rounds:N0} rounds, rate {rate}, noise {noise}";
            Time($"RDP, {setting}", 1e-3, "ms", () => Rdp(round, Rounds, 1));
            Time($"RDP one at a time, {setting}", 1e-3, "ms", () => Rdp(round, 1, Rounds));
            Time($"PLD, {setting}", 1e-3, "ms", () => Pld(round));
        }

        foreach (PrivacyRandomness randomness in (PrivacyRandomness[])[PrivacyRandomness.Simulation(new RandomStream(1)), PrivacyRandomness.Deployment()])
        {
            double[] normal = new double[Values];
            Time($"normal numbers, {(randomness.IsSimulation ? "simulation" : "deployment")}", 1e-9 * Values, "ns", () => randomness.FillGaussian(normal));
        }

        PrivacyPlan plan = new() { Rate = 1, Rounds = 1000, Population = Cohort };
        PrivateAggregator aggregator = new(plan, 1, 1, Values, PrivacyRandomness.Simulation(new RandomStream(1)));
        float[] update = new float[Values], average = new float[Values];
        Array.Fill(update, 0.01f);
        PrivateRound open = aggregator.Begin();
        Time("begin a round", 1e-9 * Values, "ns", () => open = aggregator.Begin());
        Time("clip and add an update", 1e-9 * Values * Cohort, "ns", () => AddAll(open = aggregator.Begin(), update));
        Time("begin and release a round", 1e-9 * Values, "ns", () => aggregator.Begin().Release(average));
    }

    private static void AddAll(PrivateRound round, float[] update)
    {
        foreach (long unit in round.Participants)
        {
            round.Add(unit, update);
        }
    }

    private static void Rdp(SubsampledGaussian mechanism, long steps, int times)
    {
        RdpAccountant accountant = new();
        for (int i = 0; i < times; i++)
        {
            accountant.Compose(mechanism, steps);
        }

        _ = accountant.Epsilon(1e-5);
    }

    private static void Pld(SubsampledGaussian mechanism)
    {
        PldAccountant accountant = new();
        accountant.Compose(mechanism, Rounds);
        _ = accountant.Epsilon(1e-5);
    }

    private static void Time(string what, double unit, string name, Action action)
    {
        double first = 0, best = double.MaxValue;
        for (int round = 0; round < 6; round++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            (first, best) = round == 0 ? (seconds, best) : (first, Math.Min(best, seconds));
        }

        Console.WriteLine($"  {what,-60} {best / unit,9:F2} {name} (first {first / unit:F1})");
    }
}
