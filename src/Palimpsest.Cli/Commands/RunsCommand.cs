using System.CommandLine;
using System.Globalization;
using Palimpsest.Runs;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest runs</c></summary>
internal static class RunsCommand
{
    public static Command Create(TextWriter output)
    {
        Option<string> root = JobOptions.RunsOption();
        Option<int> most = new("--most") { Description = "List at most so many, the newest first; 0 for all.", DefaultValueFactory = _ => 20 };
        Command command = new(
            "runs",
            """
            Lists the runs there are, newest first.

            Example: palimpsest runs --most 5
            """)
        {
            root, most,
        };
        command.SetAction(parsed => List(parsed.GetValue(root)!, parsed.GetValue(most), output));
        return command;
    }

    private static int List(string root, int most, TextWriter output)
    {
        IReadOnlyList<RunListing> all = RunFolder.List(root);
        if (all.Count == 0)
        {
            output.WriteLine($"There are no runs in {root}. Start one with: palimpsest finetune");
            return 0;
        }

        RunListing[] shown = [.. most > 0 ? all.Take(most) : all];
        int width = shown.Max(run => run.Path.Length);
        foreach (RunListing run in shown)
        {
            string duration = run.Info.Ended is DateTimeOffset ended ? string.Create(CultureInfo.InvariantCulture, $"{(ended - run.Info.Started).TotalSeconds:F0} s") : "";
            output.WriteLine($"{run.Path.PadRight(width)}  {Status(run.Info.Status),-11}  {duration,8}  {run.Info.Problem ?? Figures(run.Info)}".TrimEnd());
        }

        if (shown.Length < all.Count)
        {
            output.WriteLine($"... and {all.Count - shown.Length} older ones (--most 0 lists all).");
        }

        return 0;
    }

    private static string Status(RunStatus status) => status.ToString().ToLowerInvariant();

    private static string Figures(RunInfo info) => string.Join("  ", info.Figures.Take(3).Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Key} {figure.Value:G4}")));
}
