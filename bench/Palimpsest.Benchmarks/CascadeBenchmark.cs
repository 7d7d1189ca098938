using System.Diagnostics;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Chains;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Numerics;

namespace Palimpsest.Benchmarks;

/// <summary>What a cascade costs beside its models: its own time a request, the calibration of many recorded requests, and members side by side.</summary>
internal static class CascadeBenchmark
{
    private const int Requests = 10_000, Tiers = 5, Members = 3;

    public static void Run(int rounds)
    {
        RandomStream random = new(7, "cascade benchmark");
        Recording recording = new("benchmark", [.. Enumerable.Range(0, Tiers * Members).Select(i => new RecordedSystem($"m{i}", $"m{i}"))],
            [.. Enumerable.Range(0, Requests).Select(i => new RecordedItem
            {
                Question = $"question {i}",
                Replies = [.. Enumerable.Range(0, Tiers * Members).Select(_ =>
                    new MemberReply { Answer = "abc"[random.NextInt(3)].ToString(), Score = random.NextDouble() })],
                Right = [.. Enumerable.Range(0, Tiers * Members).Select(_ => random.NextInt(4) > 0)],
            })]);
        AgreementCascade cascade = new([.. Enumerable.Range(0, Tiers).Select(tier => new CascadeTier
        {
            Members = [.. Enumerable.Range(0, Members).Select(member => new RecordedPredictor(recording, $"m{(tier * Members) + member}"))],
        })]);
        CascadeArm arm = new()
        {
            Name = "benchmark",
            Tiers = [.. Enumerable.Range(0, Tiers).Select(tier => new ChainTier
            {
                Name = $"tier {tier}",
                Scores = [.. recording.Items.Select(item => item.Replies[tier * Members].Score!.Value)],
                Right = [.. recording.Items.Select(item => item.Right[tier * Members])],
                Costs = [.. recording.Items.Select(_ => 1.0)],
            })],
        };
        List<double> answers = [], calibrations = [], apart = [], together = [];
        for (int round = 0; round <= rounds; round++)
        {
            double answering = Seconds(() => Answer(cascade, recording)) / Requests;
            double calibrating = Seconds(() => Certificate.Of(arm, [.. Enumerable.Range(0, Requests)], new CertificateOptions { Limit = 0.3 }));
            (double alone, double beside) = (Seconds(() => Busy(1, Members)), Seconds(() => Busy(Members, 1)));
            if (round > 0)
            {
                // The first round compiles.
                answers.Add(answering);
                calibrations.Add(calibrating);
                apart.Add(alone);
                together.Add(beside);
            }
        }

        Console.WriteLine($"cascade: {Requests:N0} recorded requests, {Tiers} tiers of {Members}; {rounds} rounds, median");
        Console.WriteLine($"  own time of a request        {1e6 * Median(answers),8:F2} µs");
        Console.WriteLine($"  calibration of all tiers     {1e3 * Median(calibrations),8:F1} ms");
        Console.WriteLine($"  {Members} members of 20 ms each      {1e3 * Median(apart),8:F1} ms one after the other, {1e3 * Median(together),8:F1} ms side "
            + $"by side on {Environment.ProcessorCount} cores");
    }

    private static void Answer(AgreementCascade cascade, Recording recording)
    {
        foreach (RecordedItem item in recording.Items)
        {
            cascade.AnswerAsync(item.Question).GetAwaiter().GetResult();
        }
    }

    // Questions to tiers of members that compute for 20 ms each.
    private static void Busy(int members, int questions)
    {
        AgreementCascade cascade = new([new CascadeTier
        {
            Members = [.. Enumerable.Range(0, members).Select(i => new FunctionPredictor($"m{i}", $"m{i}", [], _ =>
            {
                long clock = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(clock).TotalMilliseconds < 20)
                {
                    Thread.SpinWait(100);
                }

                return new MemberReply { Answer = "x" };
            }))],
        }]);
        for (int i = 0; i < questions; i++)
        {
            cascade.AnswerAsync("?").GetAwaiter().GetResult();
        }
    }

    private static double Seconds(Action work)
    {
        long clock = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(clock).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
