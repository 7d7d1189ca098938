using System.Diagnostics;

namespace Palimpsest.Benchmarks.Owners;

/// <summary>Two things timed by turns, so that what else the machine does meets both alike. Seconds of each round.</summary>
internal sealed record PairTimes(double[] Yardstick, double[] Measured)
{
    /// <summary>Runs both once to warm up, then by turns.</summary>
    public static PairTimes Of(int rounds, Action yardstick, Action measured)
    {
        yardstick();
        measured();
        List<double> first = [], second = [];
        for (int round = 0; round < rounds; round++)
        {
            first.Add(Time(yardstick));
            second.Add(Time(measured));
        }

        return new PairTimes([.. first], [.. second]);
    }

    /// <summary>Median with range of measured over yardstick, pair by pair.</summary>
    public (double Median, double Least, double Most) Ratio => Spread(Yardstick.Zip(Measured, (a, b) => b / a));

    public static double Median(IEnumerable<double> values) => Spread(values).Median;

    public static (double Median, double Least, double Most) Spread(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2], sorted[0], sorted[^1]);
    }

    public static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
