using System.CommandLine;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest report FOLDER</c></summary>
internal static class ReportCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> folder = new("folder") { Description = "Folder of a finished run." };
        Command command = new(
            "report",
            """
            Writes the report of a finished run again and prints its figures.

            Example: palimpsest report runs/20260131-142500-finetune
            """)
        {
            folder,
        };
        command.SetAction(parsed => JobHost.Report(parsed.GetValue(folder)!, output));
        return command;
    }
}
