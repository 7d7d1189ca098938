using System.CommandLine;
using System.Globalization;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners receipt FILE</c></summary>
internal static class OwnersReceiptCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> file = new("file") { Description = "A receipt that 'owners forget' wrote." };
        Option<string?> store = new("--store") { Description = "Folder of the store, to check the receipt against it too." };
        Command command = new(
            "receipt",
            """
            Shows the receipt of an owner that left, and checks it: hash, linear checksum and chain, and with --store the lines and the sum of the store. Exit code 1 if anything does not hold.

            Example: palimpsest owners receipt receipt-1f2e3d4c.json --store clinics
            """)
        {
            file, store,
        };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(store), output));
        return command;
    }

    private static int Run(string file, string? path, TextWriter output)
    {
        using OwnerStore? store = path is null ? null : OwnersCommand.Open(path, reading: true);
        (DeletionReceipt receipt, IReadOnlyList<(bool? Holds, string What)> checks) = ReceiptCheck.Run(file, store);
        void Line(string what, FormattableString value) => output.WriteLine($"{what,-12}{value.ToString(CultureInfo.InvariantCulture)}");
        Line("owner", $"{receipt.Owner} ({receipt.Subject})");
        Line("left", $"{receipt.Time:yyyy-MM-dd HH:mm:ss} UTC, {receipt.OwnersLeft} owners stayed");
        Line("examples", $"{receipt.Examples}, sha256 {receipt.DataSha256}");
        Line("vector", $"sha256 {receipt.VectorSha256}, {receipt.VectorFrom}");
        Line("sum", $"{receipt.SumBefore} -> {receipt.SumAfter}");
        Line("erased", $"{string.Join("; ", receipt.Erased)}");
        foreach (string problem in receipt.Problems)
        {
            Line("afterwards", $"{problem}");
        }

        output.WriteLine();
        foreach ((bool? holds, string what) in checks)
        {
            output.WriteLine($"{holds switch { true => "holds", false => "DOES NOT HOLD", _ => "cannot be checked" }}: {what}");
        }

        bool all = checks.All(check => check.Holds != false);
        output.WriteLine(all
            ? $"The receipt holds{(store is null ? " on its own; --store checks it against the store" : ", on its own and against the store")}."
            : "The receipt does NOT hold.");
        return all ? 0 : 1;
    }
}
