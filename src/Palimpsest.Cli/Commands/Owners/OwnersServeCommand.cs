using System.CommandLine;
using Palimpsest.Common;
using Palimpsest.Evaluation;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners serve</c></summary>
internal static class OwnersServeCommand
{
    private const int LongestAnswer = 64;

    public static Command Create(TextWriter output)
    {
        Option<string?> model = OwnersCommand.ModelOption();
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "serve",
            """
            Answers questions from standard input with one model in memory that becomes each owner's in turn. A line is OWNER, a tab, and the prompt; an empty owner is served the merge without a mask. What cannot be answered gets an empty answer, and the reason goes to the error output. Owners can join and leave meanwhile: who has left is not served any more.

            Example: printf 'ada\tWhere does Ada work?\n' | palimpsest owners serve
            """)
        {
            model, store,
        };
        command.SetAction((parsed, stop) => Task.FromResult(Run(parsed.GetValue(store)!, parsed.GetValue(model), output, System.Console.Error, stop)));
        return command;
    }

    private static int Run(string path, string? where, TextWriter output, TextWriter error, CancellationToken stop)
    {
        using OwnerStore store = OwnersCommand.Open(path, where, reading: true);
        using OwnerReplay loaded = new(store, CommandTorch.Start());
        OwnerModel model = new(store, loaded);

        // (Console.In reads a terminal key by key, and its ReadLine takes a line of any length.)
        using StreamReader input = new(System.Console.OpenStandardInput(), System.Console.InputEncoding);
        RequestLines lines = new(input);
        int failed = 0;
        while (Next(lines, stop) is (string line, bool whole))
        {
            string[] parts = line.Split('\t', 2);
            string owner = parts[0], answer = "";
            try
            {
                if (parts.Length < 2 || !whole)
                {
                    owner = ShownText.Cut(owner);
                    throw new PalimpsestException(whole
                        ? $"\"{ShownText.Cut(line)}\": a line is the owner's name, a tab, and the prompt."
                        : $"\"{owner}\": a line has more than the {RequestLines.Most:N0} characters that it may have. Ask something shorter.");
                }

                answer = model.Ask(owner.Length == 0 ? null : owner, asked => ExactMatch.Continue(asked, [parts[1]], LongestAnswer)[0]);
            }
            catch (PalimpsestException problem)
            {
                failed++;
                error.WriteLine(problem.Message);
            }

            // Every line gets one, so that who asks by a pipe does not wait for ever.
            output.WriteLine($"{owner}\t{answer}");
        }

        return stop.IsCancellationRequested ? Interruption.ExitCode : failed > 0 ? 1 : 0;
    }

    // A thread that waits for a line cannot be told to stop; it is left behind instead.
    private static (string Text, bool Whole)? Next(RequestLines lines, CancellationToken stop)
    {
        Task<(string Text, bool Whole)?> line = Task.Run(lines.Next, CancellationToken.None);
        try
        {
            line.Wait(stop);
            return line.Result;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
