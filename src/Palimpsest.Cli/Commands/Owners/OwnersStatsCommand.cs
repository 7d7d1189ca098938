using System.CommandLine;
using System.Globalization;
using Palimpsest.Unlearning.SiftMasks;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners stats</c></summary>
internal static class OwnersStatsCommand
{
    public static Command Create(TextWriter output)
    {
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "stats",
            """
            Shows what the store takes, how dense the masks are, and what deletions cost.

            Example: palimpsest owners stats
            """)
        {
            store,
        };
        command.SetAction(parsed => Run(parsed.GetValue(store)!, output));
        return command;
    }

    private static int Run(string path, TextWriter output)
    {
        using OwnerStore store = OwnersCommand.Open(path, reading: true);
        int owners = store.Owners.Count;
        IReadOnlyList<LedgerEntry> history = store.History();
        long Bytes(string folder) => Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length);
        long sum = 8 * store.Settings.Count, masks = Bytes(Path.Combine(store.Path, "masks")), vectors = Bytes(Path.Combine(store.Path, "vectors")), model = 4 * store.Settings.Count;
        void Line(string what, FormattableString value) => output.WriteLine($"{what,-28}{value.ToString(CultureInfo.InvariantCulture)}");
        Line("owners", $"{owners}");
        Line("joined, left, rebuilt", $"{history.Count(entry => entry.Action == "add")}, {history.Count(entry => entry.Action == "forget")}, {history.Count(entry => entry.Action == "rebuild")}");
        Line("base model", $"{store.Settings.Model}, {store.Settings.Count:N0} trainable parameters");
        Line("served", $"factor {store.Settings.Alpha}, sum divided by {(store.Settings.Divisor == SiftDivisor.Masks ? "the owners who use an entry" : "all owners")}");
        Line("sum", $"{sum / 1e6:F1} MB ({(double)sum / model:F1} f32 models)");
        Line("masks", $"{masks / 1e6:F1} MB ({(double)masks / model:F2} f32 models)");
        Line("kept vectors", $"{vectors / 1e6:F1} MB ({store.Owners.Count(owner => owner.KeptVector)} owners)");
        if (owners == 0)
        {
            return 0;
        }

        double seconds = store.Owners.Average(owner => owner.Manifest.Seconds);
        Line("mask density", $"{100 * store.Owners.Average(owner => owner.Density):F1}% (from {100 * store.Owners.Min(owner => owner.Density):F1}% to {100 * store.Owners.Max(owner => owner.Density):F1}%)");
        Line("one deletion, measured", $"1 refit, {seconds:F1} s (mean of {owners} joinings)");
        Line("all deletions, modelled", $"{SiftCost.MergeRefits(owners)} refits here, {SiftCost.CentralRefits(owners, owners)} with one model trained on all and trained again each time");
        return 0;
    }
}
