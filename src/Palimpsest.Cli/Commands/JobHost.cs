using Palimpsest.Cascades.Experiment;
using Palimpsest.Cli.Terminal;
using Palimpsest.Common;
using Palimpsest.Federation.Experiment;
using Palimpsest.Interpretability.Experiment;
using Palimpsest.Jobs;
using Palimpsest.Jobs.Compare;
using Palimpsest.Jobs.Evaluate;
using Palimpsest.Jobs.Finetune;
using Palimpsest.Jobs.Pretrain;
using Palimpsest.Jobs.Retrieval;
using Palimpsest.Reasoning.Experiment;
using Palimpsest.Runs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training.Ranks;
using Palimpsest.Unlearning.Approximate.Experiment;
using Palimpsest.Unlearning.Audit.Experiment;
using Palimpsest.Unlearning.Relearning.Experiment;
using Palimpsest.Unlearning.SiftMasks.Experiment;
using Spectre.Console;

namespace Palimpsest.Cli.Commands;

/// <summary>Runs jobs for commands: the registry of kinds, the log that fits the terminal, Ctrl-C, and the last words.</summary>
internal static class JobHost
{
    /// <summary>Exit code of a run that was stopped by Ctrl-C, as shells have it.</summary>
    private const int Interrupted = 130;

    // What a comparison can take for its base.
    private static readonly IJob[] s_single = [new FinetuneJob(), new EvaluateJob(), new PretrainJob(), new RetrievalJob(), new SiftExperiment(),
        new FederateJob(), new UnlearnJob(), new AuditJob(), new RelearnJob(), new CascadeJob(), new ReasoningJob(),
        new SaeJob(), new SsaeJob(), new PlantedJob(), new ShiftJob()];

    /// <summary>Every kind of experiment: a new one is one line here.</summary>
    public static IReadOnlyList<IJob> Jobs { get; } = [.. s_single, new CompareJob(s_single)];

    public static int Start(Recipe recipe, string root, TextWriter output, CancellationToken stop) =>
        Run(root, (runner, place) => runner.Start(recipe, place, stop), output, stop);

    public static int StartFile(string path, IReadOnlyList<string> overrides, string root, TextWriter output, CancellationToken stop) =>
        Run(root, (runner, place) => runner.Start(runner.Read(path, overrides), place, stop), output, stop);

    // Of processes side by side the first one holds the run; the others do the same without it.
    public static int Resume(string folder, bool older, TextWriter output, CancellationToken stop) =>
        Run(folder, (runner, place) => place == folder
            ? runner.Resume(folder, older, stop) : runner.Start(runner.Read(Path.Combine(folder, "recipe.yaml")), place, stop), output, stop);

    /// <summary>Writes a report again and prints the figures.</summary>
    public static int Report(string folder, TextWriter output)
    {
        JobRunner runner = new(Jobs, new PlainLog(output));
        runner.WriteReport(folder);
        Conclude(runner, folder, output);
        return 0;
    }

    private static int Run(string place, Func<JobRunner, string, (string Folder, bool Finished)> run, TextWriter output, CancellationToken stop)
    {
        // Left in order only after success: whoever ends otherwise makes mpirun end the others, which would wait for it.
        MpiRanks? ranks = MpiRanks.Start();
        int code = ranks is null or { Rank: 0 }
            ? Run(ranks, runner => run(runner, place), output, stop) : InScratch(folder => Run(ranks, runner => run(runner, folder), TextWriter.Null, stop));
        ranks?.Dispose();
        return code;
    }

    private static int InScratch(Func<string, int> run)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("palimpsest-rank-");
        try
        {
            return run(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int Run(MpiRanks? ranks, Func<JobRunner, (string Folder, bool Finished)> run, TextWriter output, CancellationToken stop)
    {
        bool terminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
        using TerminalLog? live = terminal ? new TerminalLog(AnsiConsole.Console) : null;
        IJobLog log = live is null ? new PlainLog(output) : live;
        using CancellationTokenRegistration note = stop.Register(() => log.Say("Stopping after this step ..."));
        JobRunner runner = new(Jobs, log, ranks);
        (string folder, bool finished) = run(runner);
        live?.Dispose();
        if (!finished)
        {
            output.WriteLine($"Stopped, with a checkpoint. Go on with: palimpsest run --resume {ShellText.Quote(Shown(folder))}");
            return Interrupted;
        }

        Conclude(runner, folder, output);
        return 0;
    }

    private static void Conclude(JobRunner runner, string folder, TextWriter output)
    {
        output.WriteLine();
        foreach (string line in runner.Summary(folder))
        {
            output.WriteLine(line);
        }

        output.WriteLine($"\nReport: {Path.Combine(Shown(folder), "report.html")}");
    }

    /// <summary>A path as the user would type it from here.</summary>
    public static string Shown(string folder)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, folder);
        return relative.StartsWith("..", StringComparison.Ordinal) ? folder : relative;
    }
}
