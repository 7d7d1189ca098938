using System.CommandLine;
using System.CommandLine.Help;
using Palimpsest.Cli.Commands;
using Palimpsest.Cli.Commands.Cascades;
using Palimpsest.Cli.Commands.Owners;
using Palimpsest.Cli.Commands.Plan;
using Palimpsest.Cli.Commands.Privacy;
using Palimpsest.Cli.Commands.Reasoning;
using Palimpsest.Cli.Commands.Sae;

namespace Palimpsest.Cli;

/// <summary>The command: parses, runs, and turns errors that a user can mend into one message and exit code 2.</summary>
public static class CommandLineHost
{
    /// <summary>Runs the command.</summary>
    /// <param name="arguments">As the shell gives them.</param>
    /// <param name="output">Results.</param>
    /// <param name="error">Messages.</param>
    /// <returns>0 for success, 1 for a check that failed, 2 for a mistake in arguments or files, 3 for a defect of the program.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(output);
        Option<bool> verbose = new("--verbose") { Description = "Show the stack trace of an error.", Recursive = true };

        // A text may begin with @, which the library would take for a file of arguments, and with a dash, which it would take apart letter by letter.
        ParseResult parsed =
            Commands(output, verbose).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (CommandLineMistakes.Find(parsed, arguments) is { Count: > 0 } mistakes)
        {
            error.WriteLine(string.Join('\n', mistakes));
            return 2;
        }

        try
        {
            int code = parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
            return parsed.Errors.Count > 0 ? 2 : code;
        }
        catch (PalimpsestException mistake)
        {
            error.WriteLine(parsed.GetValue(verbose) ? mistake.ToString() : CommandWords.Of(mistake));
            return 2;
        }
        catch (Exception shortage) when (IsOfMemory(shortage))
        {
            error.WriteLine(parsed.GetValue(verbose)
                ? shortage.ToString()
                : "The memory does not suffice for this. Make the batches smaller (--batch-size; train.accumulate makes up for it), shorten the "
                    + "sequences (train.max_length), or take a smaller model.");
            return 2;
        }
#pragma warning disable CA1031 // The last line of defence: without it the user sees a crash dump instead of a sentence.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            error.WriteLine(parsed.GetValue(verbose)
                ? defect.ToString() : $"Unexpected error: {defect.Message} Run again with --verbose for the stack trace; this is a defect worth reporting.");
            return 3;
        }
    }

    // libtorch tells in words only.
    private static bool IsOfMemory(Exception problem) => problem is OutOfMemoryException
        || problem.Message.Contains("can't allocate memory", StringComparison.Ordinal)
        || problem.Message.Contains("not enough memory", StringComparison.Ordinal);

    /// <summary>All commands under one name, with what every one of them takes.</summary>
    internal static Command Commands(TextWriter output, Option<bool> verbose)
    {
        // A root command would be called after the assembly; people type the launcher's name.
        Command root = new("palimpsest", "Adapts language models to the data of many owners, and proves what the adapted models know.")
        {
            FinetuneCommand.Create(output),
            FederateCommand.Create(output),
            CascadeCommand.Create(output),
            SaeCommand.Create(output),
            ReasonCommand.Create(output),
            EvaluateCommand.Create(output),
            GenerateCommand.Create(output),
            ChatCommand.Create(output),
            EmbedCommand.Create(output),
            InspectCommand.Create(output),
            ConvertCommand.Create(output),
            PretrainCommand.Create(output),
            UnlearnCommand.Create(output),
            AuditCommand.Create(output),
            PlanCommand.Create(output),
            PrivacyCommand.Create(output),
            RunCommand.Create(output),
            OwnersCommand.Create(output),
            RunsCommand.Create(output),
            ResultsCommand.Create(output),
            ReportCommand.Create(output),
            ParityCommand.Create(output),
            DoctorCommand.Create(output),
        };
        root.Options.Add(new HelpOption());
        root.Options.Add(new VersionOption());
        root.Options.Add(verbose);
        StrictOptions.Apply(root);
        return root;
    }
}
