using System.CommandLine;
using System.Globalization;
using Palimpsest.Common;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners forget NAME</c></summary>
internal static class OwnersForgetCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string[]> names = new("names") { Description = "The owner that leaves; with --rebuild several can leave at once.", Arity = ArgumentArity.OneOrMore };
        Option<string?> data = OwnersCommand.DataOption();
        Option<string?> column = OwnersCommand.ColumnOption();
        Option<bool> rebuild = new("--rebuild") { Description = "The owner's data is lost: build the sum afresh from the owners that stay, a refit (or kept vector) each." };
        Option<bool> fromData = new("--from-data") { Description = "With --rebuild: make all vectors from data, also where one is kept." };
        Option<bool> audit = new("--audit") { Description = "Measure what the difference of two releases and a stale mask still give away." };
        Option<string?> receipt = new("--receipt") { Description = "File of the receipt; receipt-NUMBER.json by default. It must be new and lie outside the store." };
        Option<string?> key = OwnersCommand.KeyOption();
        Option<string?> model = OwnersCommand.ModelOption();
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "forget",
            """
            Takes an owner out exactly: makes its vector again, checks that it is the one that was added, subtracts it, erases the rest, and writes a receipt.

            Example: palimpsest owners forget ada --audit
            """)
        {
            names, data, column, rebuild, fromData, audit, receipt, key, model, store,
        };
        command.SetAction((parsed, stop) =>
        {
            string[] leaving = [.. parsed.GetValue(names)!.Distinct(StringComparer.Ordinal)];
            (bool afresh, bool audited, string? file) = (parsed.GetValue(rebuild), parsed.GetValue(audit), parsed.GetValue(receipt));
            if (leaving.Length > 1 && (!afresh || file is not null))
            {
                throw new PalimpsestException(afresh ? "--receipt names one file, but each owner gets a receipt. Leave it out." : "Several owners leave at once only with --rebuild. Name one.");
            }

            if (afresh ? audited : parsed.GetValue(fromData))
            {
                throw new PalimpsestException(afresh ? "--audit asks the owner's own questions, which --rebuild does without. Leave one of the two out." : "--from-data belongs to --rebuild. Leave it out, or name the data with --data.");
            }

            using OwnerStore opened = OwnersCommand.Open(parsed.GetValue(store)!, parsed.GetValue(model));
            OwnerRecord[] owners = [.. leaving.Select(opened.Find)];
            Dictionary<string, string> files = owners.ToDictionary(owner => owner.Id, owner => Place(opened, file ?? $"receipt-{owner.Id[..8]}.json"), StringComparer.Ordinal);
            using OwnerReplay replay = new(opened, CommandTorch.Start(threads: opened.Settings.Tuning.Threads));
            Deletion deletion = new(opened, replay, made => Write(made, files[made.Subject], output), subject => files[subject]);
            string? keyFile = parsed.GetValue(key), place = parsed.GetValue(data), named = parsed.GetValue(column);
            try
            {
                IReadOnlyList<DeletionReceipt> receipts = afresh
                    ? deletion.ForgetByRebuild(leaving, owner => Data(owner, () => OwnersCommand.DataOfMany(owner, place, named)), parsed.GetValue(fromData)
                        ? null : OwnersCommand.KeyOf(keyFile, opened), (before, after) => output.WriteLine(OwnersRebuildCommand.Line(before, after)), stop)
                    : [owners[0].KeptVector && place is null && !audited
                        ? deletion.ForgetByKeptVector(leaving[0], OwnersCommand.KeyOf(keyFile, opened))
                        : deletion.Forget(leaving[0], Data(owners[0], () => OwnersCommand.DataOf(owners[0], place, named)), audited, stop)];
                foreach (DeletionReceipt made in receipts)
                {
                    Tell(made, files[made.Subject], opened.Path, output);
                }

                return Task.FromResult(receipts.All(made => made.Proof.Equal && made.Problems.Count == 0) ? 0 : 1);
            }
            catch (OperationCanceledException)
            {
                output.WriteLine("Stopped; nobody has left.");
                return Task.FromResult(Interruption.ExitCode);
            }
        });
        return command;
    }

    private static string Place(OwnerStore store, string receipt)
    {
        string file = receipt.Length > 0 ? Path.GetFullPath(receipt) : throw new PalimpsestException("--receipt names no file.");
        if (store.Holds(file))
        {
            throw new PalimpsestException($"{file}: lies in the store, where no trace of the owner may stay. Name a file elsewhere with --receipt.");
        }

        DeletionReceipt.CheckPlace(Path.EndsInDirectorySeparator(receipt) ? receipt : file, (int)store.Head.Sequence + 2);
        return file;
    }

    private static OwnerData Data(OwnerRecord owner, Func<OwnerData> read)
    {
        try
        {
            return read();
        }
        catch (PalimpsestException problem)
        {
            throw new LostDataException(owner.Name, $"{problem.Message} The data of \"{owner.Name}\" is needed.", problem);
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
            // The owner has left; the store keeps the receipt, and with it the name, until it is in a file.
            output.WriteLine(receipt.ToJson());
            throw new PalimpsestException($"\"{receipt.Owner}\" has left, but the receipt is not in a file. {problem.Message} It was printed instead, "
                + "and it is written when the store is opened again, for example with 'palimpsest owners list'.", problem);
        }
    }

    private static void Tell(DeletionReceipt receipt, string file, string store, TextWriter output)
    {
        output.WriteLine($"\"{receipt.Owner}\" has left: {receipt.Examples} examples, vector {receipt.VectorSha256[..12]} {receipt.VectorFrom}.");
        output.WriteLine($"Sum {receipt.SumBefore[..12]} -> {receipt.SumAfter[..12]}, {receipt.OwnersLeft} owners left.");
        output.WriteLine(
            receipt.Proof is { Equal: false, CheckOfSum: 0, CheckOfOwners: 0 } ? "The proof could not be made. Run 'palimpsest owners verify'."
            : receipt.Proof.Equal ? $"Proof: the sum's check equals that of the remaining owners{(receipt.Proof.SeenBefore is long seen ? $", and its hash is that of line {seen} of the ledger, before the owner joined" : "")}."
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

        output.WriteLine($"Receipt: {JobHost.Shown(file)}. Its owner should keep it; the store no longer knows the name. Check it with: palimpsest "
            + $"owners receipt {ShellText.Quote(JobHost.Shown(file))} --store {ShellText.Quote(JobHost.Shown(store))}");
    }
}
