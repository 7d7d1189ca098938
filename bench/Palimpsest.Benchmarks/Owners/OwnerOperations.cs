using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Unlearning.SiftMasks;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Benchmarks.Owners;

/// <summary>Times joining and leaving, and the sign-fixed step, against plain fine-tuning of the same data with the same steps on one thread.</summary>
internal static class OwnerOperations
{
    private const int StepsTimed = 8;

    public static void Operations(int rounds) => OwnersBenchmark.WithStore(new OwnerTuning(), store =>
    {
        using OwnerReplay replay = new(store, new TorchContext(threads: 1));
        using SiftTuner plain = Plain(store);
        float[] vector = new float[store.Settings.Count];
        List<double> tunings = [], adds = [], forgets = [], joins = [], work = [], workForget = [];
        for (int round = -1; round < rounds; round++)
        {
            OwnerData data = OwnersBenchmark.Data(1 + round);
            TimeSpan start = Environment.CpuUsage.TotalTime;
            double tuning = PairTimes.Time(() => plain.Tune(data.Examples, new RandomStream(2), vector)), join = 0;
            TimeSpan tuned = Environment.CpuUsage.TotalTime;
            double add = PairTimes.Time(() =>
            {
                TunedOwner owner = replay.Tune("ada", data);
                join = PairTimes.Time(() => store.Join(owner, null));
            });
            TimeSpan added = Environment.CpuUsage.TotalTime;
            double forget = PairTimes.Time(() => new Deletion(store, replay).Forget("ada", data));
            if (round >= 0)
            {
                tunings.Add(tuning);
                adds.Add(add / tuning);
                forgets.Add(forget / tuning);
                joins.Add(join);
                work.Add((added - tuned) / (tuned - start));
                workForget.Add((Environment.CpuUsage.TotalTime - added) / (tuned - start));
            }
        }

        Console.WriteLine($"owners: join and leave a store on base-v1 ({store.Settings.Count:N0} parameters), 120 examples of the embedded world, {store.Settings.Tuning.Steps} steps, one thread; {rounds} rounds, median [range]");
        Console.WriteLine($"  {"plain fine-tuning",-22} {PairTimes.Median(tunings),7:F2} s");
        Print("add", adds, work);
        Print("forget, from data", forgets, workForget);
        Console.WriteLine($"  of an add, {1e3 * PairTimes.Median(joins):F0} ms are spent on mask, sum, hashes and ledger, and on waiting for the disk");
    });

    public static void Step(int rounds) => OwnersBenchmark.WithStore(new OwnerTuning { Steps = StepsTimed }, store =>
    {
        using OwnerReplay replay = new(store, new TorchContext(threads: 1));
        using SiftTuner plain = Plain(store);
        float[] vector = new float[store.Settings.Count], values = [.. replay.Tuner.Base];
        OwnerData data = OwnersBenchmark.Data(0);
        PairTimes times = PairTimes.Of(rounds, () => plain.Tune(data.Examples, new RandomStream(2), vector), () => replay.Tuner.Tune(data.Examples, new RandomStream(2), vector));
        SiftProjection projection = new(store.Signs);
        BitMask mask = new(vector.Length);
        double step = PairTimes.Median(times.Yardstick) / StepsTimed, project = PairTimes.Median(Enumerable.Range(0, 21).Select(_ => PairTimes.Time(() => projection.Apply(0, values, replay.Tuner.Base))));
        double mark = PairTimes.Median(Enumerable.Range(0, 21).Select(_ => PairTimes.Time(() => projection.Mark(0, vector, mask))));
        (double median, double least, double most) = times.Ratio;
        Console.WriteLine($"owners: a sign-fixed step against a plain one, 120 examples, {StepsTimed} steps a run, one thread; {rounds} pairs");
        Console.WriteLine($"  {"plain step",-22} {1e3 * step,7:F1} ms");
        Console.WriteLine($"  {"sign-fixed / plain",-22} {median,7:F3} [{least:F3}, {most:F3}]");
        Console.WriteLine($"  {"projection alone",-22} {1e3 * project,7:F2} ms, {project / step:P2} of a step; taking the mask, once an owner, {1e3 * mark:F2} ms");
    });

    public static void Workers(int rounds)
    {
        const int owners = 4;
        OwnerTuning tuning = new() { Steps = StepsTimed };
        void Enrol(int workers) => OwnersBenchmark.WithStore(tuning, store =>
            new OwnerEnrolment(store).Add([.. Enumerable.Range(0, owners).Select(i => ($"world-{i}", (Func<OwnerData>)(() => OwnersBenchmark.Data(i))))], workers));
        PairTimes times = PairTimes.Of(rounds, () => Enrol(1), () => Enrol(2));
        (double median, double least, double most) = times.Ratio;
        Console.WriteLine($"owners: making a store of {owners} owners ({StepsTimed} steps of 120 examples), model loaded once a worker, {Environment.ProcessorCount} cores; {rounds} pairs");
        Console.WriteLine($"  {"1 worker",-22} {PairTimes.Median(times.Yardstick),7:F2} s   2 workers {PairTimes.Median(times.Measured):F2} s   ratio {median:F2} [{least:F2}, {most:F2}]");
    }

    private static SiftTuner Plain(OwnerStore store) =>
        new(LanguageModel.Load(store.Settings.Model, new TorchContext(threads: 1), LoadMode.TrainableHidden), store.Settings.Tuning with { SignFixed = false }, store.Signs);

    private static void Print(string what, List<double> ratios, List<double> work)
    {
        (double median, double least, double most) = PairTimes.Spread(ratios);
        Console.WriteLine($"  {what,-22} {median,7:F3} [{least:F3}, {most:F3}] times plain fine-tuning; of processor time, which a busy machine moves less, {PairTimes.Median(work):F3}");
    }
}
