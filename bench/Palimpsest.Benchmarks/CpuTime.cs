namespace Palimpsest.Benchmarks;

/// <summary>Processor time of work, which other work on the machine disturbs less than the clock on the wall.</summary>
internal static class CpuTime
{
    /// <summary>Times each action in turn, round after round, and gives the least seconds of each. The first round warms up unless it is alone.</summary>
    public static double[] Best(int rounds, params ReadOnlySpan<Action> actions)
    {
        double[] best = new double[actions.Length];
        Array.Fill(best, double.MaxValue);
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                TimeSpan before = Environment.CpuUsage.TotalTime;
                actions[i]();
                double seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
                best[i] = round == 0 && rounds > 1 ? best[i] : Math.Min(best[i], seconds);
            }
        }

        return best;
    }
}
