using System.CommandLine;
using System.Globalization;
using Palimpsest.Torch;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners forget NAME</c></summary>
internal static class OwnersForgetCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> name = new("name") { Description = "The owner that leaves." };
        Option<string?> data = OwnersCommand.DataOption();
        Option<string?> column = OwnersCommand.ColumnOption();
        Option<bool> rebuild = new("--rebuild") { Description = "The owner's data is lost: build the sum afresh from the owners that stay, a refit (or kept vector) each." };
        Option<bool> audit = new("--audit") { Description = "Measure what the difference of two releases and a stale mask still give away." };
        Option<string?> receipt = new("--receipt") { Description = "File of the receipt; receipt-NUMBER.json by default. It must be new and lie outside the store." };
        Option<string?> key = OwnersCommand.KeyOption();
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "forget",
            """
            Takes an owner out exactly: makes its vector again, checks that it is the one that was added, subtracts it, erases the rest, and writes a receipt.

            Example: palimpsest owners forget ada --audit
            """)
        {
            name, data, column, rebuild, audit, receipt, key, store,
        };
        command.SetAction((parsed, stop) => Task.FromResult(Run(
            parsed.GetValue(store)!, parsed.GetValue(name)!, parsed.GetValue(data), parsed.GetValue(column), parsed.GetValue(rebuild), parsed.GetValue(audit), parsed.GetValue(receipt), parsed.GetValue(key), output, stop)));
        return command;
    }

    private static int Run(string path, string name, string? data, string? column, bool rebuild, bool audit, string? receiptFile, string? key, TextWriter output, CancellationToken stop)
    {
        using OwnerStore store = OwnerStore.Open(path);
        OwnerRecord owner = store.Find(name);
        if (rebuild && audit)
        {
            throw new PalimpsestException("--audit asks the owner's own questions, which --rebuild does without. Leave one of the two out.");
        }

        string file = Path.GetFullPath(receiptFile ?? $"receipt-{owner.Id[..8]}.json");
        if (store.Holds(file))
        {
            throw new PalimpsestException($"{file}: lies in the store, where no trace of the owner may stay. Name a file elsewhere with --receipt.");
        }

        DeletionReceipt.CheckPlace(file, store.History().Count);
        using OwnerReplay replay = new(store, new TorchContext(threads: store.Settings.Tuning.Threads));
        Deletion deletion = new(store, replay, receipt => Write(receipt, file, output));
        bool byVector = owner.KeptVector && data is null && !audit;
        DeletionReceipt receipt;
        try
        {
            receipt = rebuild ? deletion.ForgetByRebuild(name, other => OwnersCommand.DataOf(other, data, column), OwnersCommand.KeyOf(key, store), (before, after) => output.WriteLine(OwnersRebuildCommand.Line(before, after)), stop)
                : byVector ? deletion.ForgetByKeptVector(name, OwnersCommand.KeyOf(key, store))
                : deletion.Forget(name, Data(owner, data, column), audit, stop);
        }
        catch (OperationCanceledException)
        {
            output.WriteLine("Stopped; nobody has left.");
            return Interruption.ExitCode;
        }

        Tell(receipt, output);
        output.WriteLine($"Receipt: {Path.GetRelativePath(Environment.CurrentDirectory, file)}. Its owner should keep it; the store no longer knows the name.");
        return receipt.Proof.Equal && receipt.Problems.Count == 0 ? 0 : 1;
    }

    private static OwnerData Data(OwnerRecord owner, string? path, string? column)
    {
        try
        {
            return OwnersCommand.DataOf(owner, path, column);
        }
        catch (PalimpsestException problem)
        {
            throw new PalimpsestException($"{problem.Message} The data of \"{owner.Name}\" is needed to make its vector again. {OwnerReplay.Lost(owner)}", problem);
        }
    }

    private static void Write(DeletionReceipt receipt, string file, TextWriter output)
    {
        try
        {
            receipt.Write(file);
        }
        catch (PalimpsestException problem)
        {
            // The owner has left and the store has forgotten it: nobody can make this receipt again.
            output.WriteLine(receipt.ToJson());
            throw new PalimpsestException($"\"{receipt.Owner}\" has left, but the receipt is not in a file. {problem.Message} It was printed instead; keep it.", problem);
        }
    }

    private static void Tell(DeletionReceipt receipt, TextWriter output)
    {
        output.WriteLine($"\"{receipt.Owner}\" has left: {receipt.Examples} examples, vector {receipt.VectorSha256[..12]} {receipt.VectorFrom}.");
        output.WriteLine($"Sum {receipt.SumBefore[..12]} -> {receipt.SumAfter[..12]}, {receipt.OwnersLeft} owners left.");
        output.WriteLine(receipt.Proof.Equal
            ? $"Proof: the sum's check equals that of the remaining owners{(receipt.Proof.SeenBefore is long seen ? $", and its hash is that of line {seen} of the ledger, before the owner joined" : "")}."
            : "The sum's check does NOT equal that of the remaining owners. Run 'palimpsest owners verify'.");
        foreach (string problem in receipt.Problems)
        {
            output.WriteLine($"Afterwards: {problem}");
        }

        if (receipt.Audit is DeletionAudit audit)
        {
            output.WriteLine("Probability of the owner's answers:");
            foreach ((string what, double value) in new[] { ("base model", audit.Base), ("served before", audit.ServedBefore), ("maskless model now", audit.MasklessAfter), ("LEAK: difference of two releases", audit.Difference), ("LEAK: old mask on the model now", audit.StaleMask) })
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-34} {100 * value:F1}%"));
            }
        }
    }
}
