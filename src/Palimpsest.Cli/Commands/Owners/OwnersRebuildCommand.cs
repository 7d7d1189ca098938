using System.CommandLine;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners rebuild</c></summary>
internal static class OwnersRebuildCommand
{
    public static Command Create(TextWriter output)
    {
        Option<string?> data = OwnersCommand.DataOption();
        Option<string?> column = OwnersCommand.ColumnOption();
        Option<bool> fromData = new("--from-data") { Description = "Make all vectors from data, also where one is kept." };
        Option<string?> key = OwnersCommand.KeyOption();
        Option<string?> model = OwnersCommand.ModelOption();
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "rebuild",
            """
            Makes sum, masks and manifests again, from kept vectors or from the owners' data: after damage, or on another machine.

            Example: palimpsest owners rebuild --store clinics
            """)
        {
            data, column, fromData, key, model, store,
        };
        command.SetAction((parsed, stop) =>
            Task.FromResult(Run(parsed.GetValue(store)!, parsed.GetValue(data), parsed.GetValue(column), parsed.GetValue(fromData), parsed.GetValue(key),
            parsed.GetValue(model), output, stop)));
        return command;
    }

    /// <summary>What became of an owner.</summary>
    public static string Line(OwnerRecord before, OwnerRecord after)
    {
        bool same = after.Manifest.VectorSha256 == before.Manifest.VectorSha256;
        return $"{after.Name}: {(same ? "the same bits as before" : "other bits than before, as another machine makes them")}{(before.KeptVector && !after.KeptVector ? "; the kept vector is of no use any more and goes" : "")}.";
    }

    private static int Run(string path, string? data, string? column, bool fromData, string? key, string? model, TextWriter output, CancellationToken stop)
    {
        using OwnerStore store = OwnersCommand.Open(path, model);
        using OwnerReplay replay = new(store, CommandTorch.Start(threads: store.Settings.Tuning.Threads));
        int same = 0;
        try
        {
            new StoreRebuild(store, replay).Run(
                owner => OwnersCommand.DataOfMany(owner, data, column), fromData ? null : OwnersCommand.KeyOf(key, store),
                (before, after) =>
                {
                    same += after.Manifest.VectorSha256 == before.Manifest.VectorSha256 ? 1 : 0;
                    output.WriteLine(Line(before, after));
                },
                stop);
        }
        catch (OperationCanceledException)
        {
            output.WriteLine("Stopped; the store is as it was.");
            return Interruption.ExitCode;
        }

        output.WriteLine($"Rebuilt {store.Owners.Count} owners, {same} with the same bits. Sum {store.Head.After[..12]}.");
        return 0;
    }
}
