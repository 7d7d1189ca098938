using Palimpsest.Evaluation.Parity;
using Palimpsest.Torch;
TorchContext context = new();
foreach (string folder in args)
    foreach (string config in new[] { "config.json", "config.legacy.json" })
    {
        var rows = ParityChecker.Check(folder, context, config);
        Console.WriteLine($"{Path.GetFileName(folder)} {config}: {rows.Count} rows, failed {rows.Count(r => !r.Passed)}");
        foreach (var r in rows.Where(r => !r.Passed || !r.Name.StartsWith("grad", StringComparison.Ordinal))) Console.WriteLine($"  {r.Name} {r.Difference:E2} {r.Passed}");
        Console.WriteLine($"  worst grad {rows.Where(r => r.Name.StartsWith("grad", StringComparison.Ordinal)).Select(r => r.Difference).DefaultIfEmpty().Max():E2}");
    }
