using Palimpsest.Data;
using Palimpsest.Runs;

namespace Palimpsest.Jobs;

/// <summary>Counts what a source leaves out, so that nothing disappears silently.</summary>
public static class BadLines
{
    private const int MostNamed = 3;

    /// <summary>Reads a source once and says how many of its lines are bad, and the first few.</summary>
    /// <param name="source">May leave bad lines out.</param>
    /// <param name="log">Told nothing if there are none.</param>
    public static void Say(IExampleSource source, IJobLog log)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(log);
        List<string> named = [];
        long count = 0;
        foreach ((long, TextExample) _ in source.From(0, problem =>
        {
            count++;
            if (named.Count < MostNamed)
            {
                named.Add(problem);
            }
        }))
        {
            // Only the bad ones count here.
        }

        if (count > 0)
        {
            log.Say($"{source.Name}: {count} bad {(count == 1 ? "line was" : "lines were")} left out. {string.Join(" ", named)}");
        }
    }
}
