using System.Diagnostics;
using Palimpsest.Runs;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>The parts of an audit, each of which is done once: its outcome and the seconds it took are a file of the run, so that an audit that was stopped
/// goes on with the next part, and its budget with what is left.</summary>
/// <param name="run">The run.</param>
/// <param name="budget">All parts together.</param>
/// <param name="log">Tells people what begins, and how much of the budget is spent.</param>
internal sealed class AuditStages(RunFolder run, TimeSpan budget, IJobLog log)
{
    private readonly Dictionary<string, double> _usual = new(StringComparer.Ordinal);
    private readonly List<string> _leftOut = [];

    /// <summary>Seconds that all parts have taken, in this process and in earlier ones.</summary>
    public double Seconds { get; private set; }

    /// <summary>What was left out for lack of time, in the order in which it would have come.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>Makes what is to be audited; the budget is for the audit itself.</summary>
    /// <inheritdoc cref="Do"/>
    public T Prepare<T>(string name, string what, Func<T> make)
        where T : class
    {
        double before = Seconds;
        T outcome = Do(name, what, () =>
        {
            log.Say(what);
            return make();
        });
        Seconds = before;
        return outcome;
    }

    /// <summary>Does a part that the rest cannot do without, whatever is left of the budget.</summary>
    /// <param name="name">Name of its file, in which hyphens stand for blanks.</param>
    /// <param name="what">What it does, for people.</param>
    /// <param name="make">Does it.</param>
    public T Do<T>(string name, string what, Func<T> make)
        where T : class
    {
        AuditStage<T>? stage = RunFolder.ReadArtifact<AuditStage<T>>(run.Path, FileOf(name));
        if (stage is null)
        {
            log.Progress(new JobProgress("audit", Seconds, budget.TotalSeconds, $"s, {what}",
                TimeSpan.FromSeconds(Math.Max(0, budget.TotalSeconds - Seconds))));
            long clock = Stopwatch.GetTimestamp();
            T outcome = make();
            stage = new AuditStage<T>(outcome, Stopwatch.GetElapsedTime(clock).TotalSeconds);
            run.WriteArtifact(FileOf(name), stage);
        }

        Seconds += stage.Seconds;
        return stage.Outcome;
    }

    /// <summary>Does parts that mean something only together, such as an attack and its control, if there is time for all of them.</summary>
    /// <param name="kind">Parts of one kind take about equally long; before the first one that is taken for nothing.</param>
    /// <param name="what">What they do, for people, such as "relearning on public-text"; said where they are left out.</param>
    /// <param name="parts">Names of their files, the model that each is about, and how.</param>
    /// <returns>Their outcomes, or null where they were left out.</returns>
    public IReadOnlyList<T>? TryDo<T>(string kind, string what, IReadOnlyList<(string Name, string Model, Func<T> Make)> parts)
        where T : class
    {
        bool done = parts.All(part => File.Exists(Path.Combine(run.Artifacts, FileOf(part.Name)))); // written whole or not at all
        if (!done && Seconds + (parts.Count * _usual.GetValueOrDefault(kind)) > budget.TotalSeconds)
        {
            _leftOut.Add(what);
            return null;
        }

        List<T> outcomes = [];
        foreach ((string name, string model, Func<T> make) in parts)
        {
            double before = Seconds;
            outcomes.Add(Do(name, $"{what}: {model}", make));
            _usual[kind] = Math.Max(_usual.GetValueOrDefault(kind), Seconds - before);
        }

        return outcomes;
    }

    private static string FileOf(string name) => $"audit-{name.Replace(' ', '-')}.json";
}

/// <summary>The outcome of a part, and how long it took.</summary>
internal sealed record AuditStage<T>(T Outcome, double Seconds);
