using System.CommandLine;
using Palimpsest.Evaluation;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners serve</c></summary>
internal static class OwnersServeCommand
{
    private const int LongestAnswer = 64;

    public static Command Create(TextWriter output)
    {
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "serve",
            """
            Answers questions from standard input with one model in memory that becomes each owner's in turn. A line is OWNER, a tab, and the prompt; an empty owner is served the merge without a mask. What cannot be answered gets an empty answer, and the reason goes to the error output.

            Example: printf 'ada\tWhere does Ada work?\n' | palimpsest owners serve
            """)
        {
            store,
        };
        command.SetAction((parsed, stop) => Task.FromResult(Run(parsed.GetValue(store)!, System.Console.In, output, System.Console.Error, stop)));
        return command;
    }

    private static int Run(string path, TextReader input, TextWriter output, TextWriter error, CancellationToken stop)
    {
        using OwnerStore store = OwnerStore.Open(path);
        using OwnerReplay loaded = new(store, CommandTorch.Start());
        OwnerModel model = new(store, loaded);
        int failed = 0;
        while (Next(input, stop) is string line)
        {
            string[] parts = line.Split('\t', 2);
            string answer = "";
            try
            {
                if (parts.Length < 2)
                {
                    throw new PalimpsestException($"\"{line}\": a line is the owner's name, a tab, and the prompt.");
                }

                model.Switch(parts[0].Length == 0 ? null : parts[0]);
                answer = ExactMatch.Continue(model.Model, [parts[1]], LongestAnswer)[0];
            }
            catch (PalimpsestException problem)
            {
                failed++;
                error.WriteLine(problem.Message);
            }

            // Every line gets one, so that who asks by a pipe does not wait for ever.
            output.WriteLine($"{parts[0]}\t{answer}");
        }

        return stop.IsCancellationRequested ? Interruption.ExitCode : failed > 0 ? 1 : 0;
    }

    // A thread that waits for a line cannot be told to stop; it is left behind instead.
    private static string? Next(TextReader input, CancellationToken stop)
    {
        Task<string?> line = Task.Run(input.ReadLine, CancellationToken.None);
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
