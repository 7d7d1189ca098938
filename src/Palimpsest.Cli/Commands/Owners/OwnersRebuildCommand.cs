using System.CommandLine;
using Palimpsest.Torch;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners rebuild</c></summary>
internal static class OwnersRebuildCommand
{
    public static Command Create(TextWriter output)
    {
        Option<string?> column = new("--owner-column") { Description = "Column that holds the owners' names." };
        Option<bool> fromData = new("--from-data") { Description = "Make all vectors from data, also where one is kept." };
        Option<string?> key = OwnersCommand.KeyOption();
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "rebuild",
            """
            Makes sum, masks and manifests again, from kept vectors or from the owners' data: after damage, or on another machine.

            Example: palimpsest owners rebuild --store clinics
            """)
        {
            column, fromData, key, store,
        };
        command.SetAction((parsed, stop) => Task.FromResult(Run(parsed.GetValue(store)!, parsed.GetValue(column), parsed.GetValue(fromData), parsed.GetValue(key), output, stop)));
        return command;
    }

    private static int Run(string path, string? column, bool fromData, string? key, TextWriter output, CancellationToken stop)
    {
        using OwnerStore store = OwnerStore.Open(path);
        using OwnerReplay replay = new(store, new TorchContext(threads: store.Settings.Tuning.Threads));
        int same = 0;
        try
        {
            new StoreRebuild(store, replay).Run(
                owner => OwnersCommand.DataOf(owner, null, column), fromData ? null : OwnersCommand.KeyOf(key, store),
                (owner, equal) =>
                {
                    same += equal ? 1 : 0;
                    output.WriteLine($"{owner.Name}: {(equal ? "the same bits as before" : "other bits than before, as another machine makes them")}.");
                },
                stop);
        }
        catch (OperationCanceledException)
        {
            output.WriteLine("Stopped; the store is as it was.");
            return 130;
        }

        output.WriteLine($"Rebuilt {store.Owners.Count} owners, {same} with the same bits. Sum {store.Head.After[..12]}.");
        return 0;
    }
}
