using Palimpsest.Cli.Terminal;
using Palimpsest.Common;
using Palimpsest.Jobs;
using Palimpsest.Jobs.Evaluate;
using Palimpsest.Jobs.Finetune;
using Palimpsest.Jobs.Pretrain;
using Palimpsest.Jobs.Retrieval;
using Palimpsest.Runs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Unlearning.SiftMasks.Experiment;
using Spectre.Console;

namespace Palimpsest.Cli.Commands;

/// <summary>Runs jobs for commands: the registry of kinds, the log that fits the terminal, Ctrl-C, and the last words.</summary>
internal static class JobHost
{
    /// <summary>Exit code of a run that was stopped by Ctrl-C, as shells have it.</summary>
    private const int Interrupted = 130;

    /// <summary>Every kind of experiment: a new one is one line here.</summary>
    public static IReadOnlyList<IJob> Jobs { get; } = [new FinetuneJob(), new EvaluateJob(), new PretrainJob(), new RetrievalJob(), new SiftExperiment()];

    public static int Start(Recipe recipe, string root, TextWriter output, CancellationToken stop) => Run(runner => runner.Start(recipe, root, stop), output, stop);

    public static int StartFile(string path, IReadOnlyList<string> overrides, string root, TextWriter output, CancellationToken stop) =>
        Run(runner => runner.Start(runner.Read(path, overrides), root, stop), output, stop);

    public static int Resume(string folder, bool older, TextWriter output, CancellationToken stop) =>
        Run(runner => runner.Resume(folder, older, stop), output, stop);

    /// <summary>Writes a report again and prints the figures.</summary>
    public static int Report(string folder, TextWriter output)
    {
        JobRunner runner = new(Jobs, new PlainLog(output));
        runner.WriteReport(folder);
        Conclude(runner, folder, output);
        return 0;
    }

    private static int Run(Func<JobRunner, (string Folder, bool Finished)> run, TextWriter output, CancellationToken stop)
    {
        bool terminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
        using TerminalLog? live = terminal ? new TerminalLog(AnsiConsole.Console) : null;
        IJobLog log = live is null ? new PlainLog(output) : live;
        using CancellationTokenRegistration note = stop.Register(() => log.Say("Stopping after this step ..."));
        JobRunner runner = new(Jobs, log);
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
