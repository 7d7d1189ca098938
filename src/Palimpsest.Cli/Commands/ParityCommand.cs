using System.CommandLine;
using System.Globalization;
using Palimpsest.Evaluation.Parity;
using Palimpsest.Torch;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest parity FOLDER...</c></summary>
internal static class ParityCommand
{
    private const int Named = 3;

    public static Command Create(TextWriter output)
    {
        Argument<string[]> folders = new("folder") { Description = "Folders of models, encoders, adapters or tokenizers, or GGUF files, with their references beside them (expected.json and expected.safetensors, or vectors.jsonl).", Arity = ArgumentArity.OneOrMore };
        Option<bool> all = new("--all") { Description = "Print every gradient, not only the worst, and all names that were not compared." };
        Option<string> config = new("--config") { Description = "Name of the configuration file in the folder.", DefaultValueFactory = _ => "config.json" };
        Command command = new(
            "parity",
            """
            Checks models against the reference outputs lying beside them: hidden states, logits, loss, gradients, greedy tokens, sentence vectors, token ids.
            Exits with 1 if any is beyond tolerance or a reference is one that nothing corresponds to.

            Example: palimpsest parity models/my-conversion
            """)
        {
            folders, all, config,
        };
        command.SetAction(parsed => Run(parsed.GetValue(folders)!, parsed.GetValue(config)!, parsed.GetValue(all), output));
        return command;
    }

    private static int Run(string[] folders, string config, bool all, TextWriter output)
    {
        TorchContext context = CommandTorch.Start();
        bool passed = true;
        foreach (string folder in folders)
        {
            IReadOnlyList<ParityRow> rows = ParityChecker.Check(folder, context, config);
            int failures = rows.Count(row => !row.Passed), compared = rows.Count(row => row.Skipped is null);
            passed &= failures == 0;
            output.WriteLine($"{folder}: {(failures == 0 ? $"all {compared} comparisons within tolerance" : $"{failures} of {compared} comparisons FAILED")}");
            foreach (ParityRow row in Shown([.. rows.Where(row => row.Skipped is null)], all))
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(row.Passed ? "ok  " : "FAIL")} {row.Name,-52} {row.Difference,9:0.0E+0} {row.Unit} (allowed {row.Tolerance:0.#E+0})"));
            }

            foreach (IGrouping<string, ParityRow> group in rows.Where(row => row.Skipped is not null).GroupBy(row => row.Skipped!))
            {
                string[] names = [.. group.Select(row => row.Name)];
                string more = all || names.Length <= Named ? "" : $" and {names.Length - Named} more; --all lists them";
                output.WriteLine($"  not compared ({group.Key}): {string.Join(", ", names.Take(all ? names.Length : Named))}{more}");
            }
        }

        return passed ? 0 : 1;
    }

    /// <summary>All outputs, and of the gradients the failed ones and the worst.</summary>
    private static IEnumerable<ParityRow> Shown(IReadOnlyList<ParityRow> rows, bool all)
    {
        ParityRow? worst = rows.Where(IsGradient).MaxBy(row => row.Difference);
        return rows.Where(row => all || !IsGradient(row) || !row.Passed || ReferenceEquals(row, worst));
    }

    private static bool IsGradient(ParityRow row) => row.Name.StartsWith("grad.", StringComparison.Ordinal);
}
