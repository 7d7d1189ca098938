using System.CommandLine;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners verify</c></summary>
internal static class OwnersVerifyCommand
{
    public static Command Create(TextWriter output)
    {
        Option<int> sample = new("--sample") { Description = "Owners whose vectors are made again, drawn at random.", DefaultValueFactory = _ => 1 };
        Option<bool> all = new("--all") { Description = "Make all vectors again and compare the whole sum, bit for bit." };
        Option<string?> data = OwnersCommand.DataOption();
        Option<string?> column = OwnersCommand.ColumnOption();
        Option<string?> model = OwnersCommand.ModelOption();
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "verify",
            """
            Checks ledger, sum and masks, and makes vectors again to compare their bits. Exit code 1 if anything differs.

            Example: palimpsest owners verify --all
            """)
        {
            sample, all, data, column, model, store,
        };
        command.SetAction((parsed, stop) =>
            Task.FromResult(Run(parsed.GetValue(store)!, parsed.GetValue(all) ? int.MaxValue : parsed.GetValue(sample), parsed.GetValue(data),
            parsed.GetValue(column), parsed.GetValue(model), output, stop)));
        return command;
    }

    private static int Run(string path, int sample, string? data, string? column, string? model, TextWriter output, CancellationToken stop)
    {
        using OwnerStore store = OwnersCommand.Open(path, model);
        StoreVerifier verifier = new(store);
        IReadOnlyList<string> problems = verifier.Files();
        foreach (string problem in problems)
        {
            output.WriteLine(problem);
        }

        if (problems.Count > 0)
        {
            return 1;
        }

        output.WriteLine($"Ledger of {store.Head.Sequence + 1} lines, sum and {store.Owners.Count} masks: as recorded.");
        OwnerRecord[] chosen = [.. store.Owners];
        new RandomStream(Environment.TickCount64, "verify").Shuffle<OwnerRecord>(chosen);
        chosen = [.. chosen.Take(sample)];
        if (chosen.Length == 0)
        {
            return 0;
        }

        using OwnerReplay replay = new(store, CommandTorch.Start(threads: store.Settings.Tuning.Threads));
        int different = 0;
        IEnumerable<float[]> Vectors()
        {
            foreach (OwnerRecord owner in chosen)
            {
                float[] vector = [];
                try
                {
                    vector = verifier.Owner(replay, owner, OwnersCommand.DataOfMany(owner, data, column), stop);
                    output.WriteLine($"{owner.Name}: made again, the same bits.");
                }
                catch (PalimpsestException problem)
                {
                    different++;
                    output.WriteLine($"{owner.Name}: NOT verified. {problem.Message}");
                }

                if (vector.Length > 0)
                {
                    yield return vector;
                }
            }
        }

        try
        {
            if (chosen.Length < store.Owners.Count)
            {
                return Vectors().Count() == chosen.Length ? 0 : 1;
            }

            bool equal = verifier.EqualsFreshSum(Vectors());
            output.WriteLine(
                different > 0 ? $"The sum was not compared: {different} of {chosen.Length} vectors could not be made again."
                : equal ? "The sum equals one built afresh from all vectors, bit for bit."
                : "The sum does NOT equal one built afresh from all vectors. 'palimpsest owners rebuild' makes it again.");
            return equal ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            output.WriteLine("Stopped.");
            return Interruption.ExitCode;
        }
    }
}
