using System.CommandLine;
using Palimpsest.Evaluation;
using Palimpsest.Torch;
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
            Answers questions from standard input with one model in memory that becomes each owner's in turn. A line is OWNER, a tab, and the prompt; an empty owner is served the merge without a mask.

            Example: printf 'ada\tWhere does Ada work?\n' | palimpsest owners serve
            """)
        {
            store,
        };
        command.SetAction((parsed, stop) => Task.FromResult(Run(parsed.GetValue(store)!, System.Console.In, output, stop)));
        return command;
    }

    private static int Run(string path, TextReader input, TextWriter output, CancellationToken stop)
    {
        using OwnerStore store = OwnerStore.Open(path);
        using OwnerReplay loaded = new(store, new TorchContext());
        OwnerModel model = new(store, loaded);
        while (!stop.IsCancellationRequested && input.ReadLine() is string line)
        {
            string[] parts = line.Split('\t', 2);
            if (parts.Length < 2)
            {
                throw new PalimpsestException($"\"{line}\": a line is the owner's name, a tab, and the prompt.");
            }

            model.Switch(parts[0].Length == 0 ? null : parts[0]);
            output.WriteLine($"{parts[0]}\t{ExactMatch.Continue(model.Model, [parts[1]], LongestAnswer)[0]}");
        }

        return 0;
    }
}
