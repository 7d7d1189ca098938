using System.CommandLine;
using Palimpsest.Common;
using Palimpsest.Runs.Results;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest results</c></summary>
internal static class ResultsCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string?> run = new("run") { Description = "Folder of a finished run that is archived first.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> name = new("--as") { Description = "Name of the archive, without .json." };
        Option<string> folder = new("--folder") { Description = "Folder of archives; the page lies beside it and has its name.", DefaultValueFactory = _ => "docs/results" };
        Command command = new(
            "results",
            """
            Keeps what finished runs found: one JSON file a run, fit to be committed, and one page with every claim and its verdict.

            Examples: palimpsest results runs/20260131-142500-sift-masks --as sift-facts
                      palimpsest results
            """)
        {
            run, name, folder,
        };
        command.SetAction(parsed => Keep(parsed.GetValue(run), parsed.GetValue(name), parsed.GetValue(folder)!, output));
        return command;
    }

    private static int Keep(string? run, string? name, string folder, TextWriter output)
    {
        if (run is null != name is null)
        {
            throw new PalimpsestException("A run and --as belong together: palimpsest results RUN --as NAME. Without both, only the page is written.");
        }

        if (run is not null)
        {
            if (name!.Length == 0 || name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || name.StartsWith('.'))
            {
                throw new PalimpsestException($"\"{name}\" cannot name a file. Choose one of letters, digits and dashes.");
            }

            string archive = Path.Combine(folder, name + ".json");
            RunArchive.Of(run).Write(archive);
            output.WriteLine($"Archived: {archive}");
        }

        string text = ResultsPage.Of(folder), page = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + ".md";
        AtomicFile.WriteText(page, text);
        output.WriteLine($"Page: {JobHost.Shown(page)}");
        return 0;
    }
}
