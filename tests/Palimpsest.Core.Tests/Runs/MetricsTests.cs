using CsCheck;
using Palimpsest.Common;
using Palimpsest.Runs;

namespace Palimpsest.Tests.Runs;

public sealed class MetricsTests
{
    [Fact]
    public void ReadMetrics_WhatWasAppended_ComesBack() =>
        Gen.Select(Gen.Long[-10, 1L << 50], Gen.Dictionary(Gen.String.Where(name => name != "step" && IsText(name)), Gen.Double)[0, 4]).List[0, 5].Sample(
            rows =>
            {
                using TemporaryFolder root = new();
                using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
                foreach ((long step, Dictionary<string, double> values) in rows)
                    run.AppendMetrics(values, step);
                IReadOnlyList<MetricsRow> read = run.ReadMetrics();
                Assert.Equal(rows.Select(row => row.Item1), read.Select(row => row.Step));
                for (int i = 0; i < rows.Count; i++)
                    Assert.Equal(rows[i].Item2, read[i].Values);
            },
            iter: 50);

    [Fact]
    public void AppendMetrics_NotFinite_IsWrittenAsText()
    {
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
        run.AppendMetrics(new Dictionary<string, double> { ["a"] = double.NaN, ["b"] = double.NegativeInfinity, ["c"] = 0.1 }, 3);
        Assert.Equal("{\"step\":3,\"a\":\"NaN\",\"b\":\"-Infinity\",\"c\":0.1}\n", File.ReadAllText(Path.Combine(run.Path, "metrics.jsonl")));
        Assert.Throws<ArgumentException>(() => run.AppendMetrics(new Dictionary<string, double> { ["step"] = 1 }, 4));
    }

    [Fact]
    public void Open_TornLastLine_IsCutOff()
    {
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
        run.AppendMetrics(new Dictionary<string, double> { ["loss"] = 1 }, 1);
        run.AppendMetrics(new Dictionary<string, double> { ["loss"] = 2 }, 2);
        run.Dispose();
        string file = Path.Combine(run.Path, "metrics.jsonl");
        byte[] whole = File.ReadAllBytes(file);
        for (int length = 0; length <= whole.Length; length++)
        {
            AtomicFile.Write(file, stream => stream.Write(whole.AsSpan(0, length)));
            int kept = whole[..length].Count(b => b == (byte)'\n');
            Assert.Equal(kept, RunFolder.ReadMetrics(run.Path).Count);
            using RunFolder again = RunFolder.Open(run.Path);
            again.AppendMetrics(new Dictionary<string, double> { ["loss"] = 9 }, 9);
            Assert.Equal([.. Enumerable.Range(1, kept).Select(step => (long)step), 9L], again.ReadMetrics().Select(row => row.Step));
        }
    }

    [Fact]
    public void TruncateMetrics_ResumedRun_DoesNotRepeatSteps()
    {
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
        run.TruncateMetrics(5);
        for (int step = 1; step <= 10; step++)
            run.AppendMetrics(new Dictionary<string, double> { ["loss"] = step }, step);
        run.TruncateMetrics(6);
        run.AppendMetrics(new Dictionary<string, double> { ["loss"] = 7 }, 7);
        run.TruncateMetrics(7);
        Assert.Equal(Enumerable.Range(1, 7).Select(step => (long)step), run.ReadMetrics().Select(row => row.Step));
    }

    [Fact]
    public void ReadMetrics_DamagedLine_NamesIt()
    {
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
        foreach (string bad in (string[])["{", "[]", "{}", "null", "{\"step\":1.5}", "{\"step\":\"NaN\"}", "{\"step\":1,\"a\":\"x\"}", ""])
        {
            AtomicFile.WriteText(Path.Combine(run.Path, "metrics.jsonl"), $"{{\"step\":1}}\n{bad}\n");
            Assert.Contains("line 2", Assert.Throws<PalimpsestException>(() => run.ReadMetrics()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AppendMetrics_DiskFull_IsAClearError()
    {
        if (!OperatingSystem.IsLinux())
            return;

        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
        File.CreateSymbolicLink(Path.Combine(run.Path, "metrics.jsonl"), "/dev/full");
        Assert.Contains("Free some space", Assert.Throws<PalimpsestException>(() => run.AppendMetrics(new Dictionary<string, double> { ["a"] = 1 }, 1)).Message, StringComparison.Ordinal);
    }

    // Half a surrogate pair is no text and cannot stand in JSON.
    private static bool IsText(string name) => !name.Any(char.IsSurrogate);
}
