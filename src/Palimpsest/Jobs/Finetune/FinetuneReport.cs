using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Jobs.Finetune;

/// <summary>What the report of a fine-tuning says.</summary>
internal static class FinetuneReport
{
    private const int MostFigures = 6;

    public static Report Of(FinetuneRecipe recipe, FinetuneResult result, IReadOnlyList<MetricsRow> metrics, IReadOnlyList<ReportBlock> memory)
    {
        RandomStream random = new(recipe.Seed, "report", "intervals");
        ComparedMeasurement[] rows = [.. result.After.Select((after, i) => new ComparedMeasurement(result.Before[i], after, random))];
        return new Report
        {
            Title = $"{recipe.Model.Name}, fine-tuned{(result.Trained is null ? "" : " with an adapter")}",
            Lead = string.Create(CultureInfo.InvariantCulture, $"{result.Steps ?? recipe.Train.Steps:N0} steps on {result.Subject}: {rows[0].Sentence}. Training took {JobText.Seconds(result.TrainSeconds)}."),
            Figures = [.. rows.Take(MostFigures).Select(row => row.Figure), .. result.Baselines.Select(baseline => Figure(baseline, random))],
            Sections =
            [
                new ReportSection("What the model knows", Knowledge(rows, Baselines(result, random))),
                new ReportSection("Learning", Curves(metrics)),
                .. result.Samples.Count > 0 ? [new ReportSection("Samples", [Samples(result.Samples)])] : Array.Empty<ReportSection>(),
                new ReportSection("Speed and memory", [Cost(recipe, result), .. memory]),
            ],
        };
    }

    private static ReportFigure Figure(JobBaseline baseline, RandomStream random)
    {
        Interval interval = baseline.Measurement.Interval(random.Child("baseline", baseline.Name));
        return new ReportFigure(baseline.Measurement.Label, baseline.Measurement.Show(interval.Estimate),
            $"baseline [{baseline.Measurement.Show(interval.Lower)}, {baseline.Measurement.Show(interval.Upper)}]");
    }

    private static (string Label, Interval Interval)[] Baselines(FinetuneResult result, RandomStream random) =>
        [.. result.Baselines.Select(baseline => (baseline.Measurement.Label, baseline.Measurement.Interval(random.Child("baseline", baseline.Name))))];

    private static IReadOnlyList<ReportBlock> Knowledge(ComparedMeasurement[] rows, (string Label, Interval Interval)[] baselines) =>
    [
        .. rows.Any(row => row.IsShare)
            ? [new ReportShares("Share of questions answered rightly, with 95% bootstrap intervals over the items", ["before", "after"], [.. rows.Where(row => row.IsShare).Select(row => row.Shares), .. baselines.Select(baseline => new ReportSharesRow(baseline.Label, [null, baseline.Interval]))])]
            : Array.Empty<ReportBlock>(),
        ComparedMeasurement.Table(rows),
    ];

    private static IReadOnlyList<ReportBlock> Curves(IReadOnlyList<MetricsRow> metrics) =>
    [
        new ReportChart("Loss", "step", "nats per token", [Line(metrics, "loss", "training batch"), Line(metrics, "held_out_loss", "held-out answers", marked: true)]),
        new ReportChart("Learning rate", "step", "rate", [Line(metrics, "learning_rate", "learning rate")]),
        new ReportChart("Gradient norm before clipping", "step", "Euclidean norm", [Line(metrics, "gradient_norm", "gradient norm")]),
    ];

    private static ReportSamples Samples(IReadOnlyList<JobSample> samples) =>
        new(["expected", "before", "after"], [.. samples.Select(sample => new ReportSample(sample.Prompt, [sample.Expected, .. sample.Made]))]);

    private static ReportTable Cost(FinetuneRecipe recipe, FinetuneResult result)
    {
        static string Invariant(FormattableString text) => FormattableString.Invariant(text);
        return new ReportTable(
            ["quantity", "value"],
            [
                ["parameters trained", result.Trained is long trained ? Invariant($"{trained:N0}, beside {result.Parameters:N0} frozen ones") : Invariant($"{result.Parameters:N0}")],
                .. result.AdapterBytes is long bytes ? [["size of the adapter", JobText.Bytes(bytes)]] : Array.Empty<IReadOnlyList<string>>(),
                ["optimizer steps", Steps(recipe, result)],
                ["tokens seen in training, without padding", Invariant($"{result.Tokens:N0}")],
                .. result.FillRate > 0 ? [["share of the batches that is tokens, not padding", Fill(recipe, result)]] : Array.Empty<IReadOnlyList<string>>(),
                ["training time", JobText.Seconds(result.TrainSeconds)],
                ["training speed", Invariant($"{result.Tokens / result.TrainSeconds:N0} tokens/s")],
                ["share of the measured matmul peak", Invariant($"{100 * result.PeakShare:F0}%")],
                ["time of both evaluations", JobText.Seconds(result.EvaluateSeconds)],
                ["largest memory of the process", JobText.Bytes(result.PeakMemory)],
                ["examples left out (too long, or nothing of them to be learnt)", Invariant($"{result.LeftOut:N0}")],
            ]);
    }

    private static string Fill(FinetuneRecipe recipe, FinetuneResult result) => recipe.Data.Packing
        ? FormattableString.Invariant($"{100 * result.FillRate:F1}% packed, {100 * result.UnpackedFillRate:F1}% if each example had a row of its own")
        : FormattableString.Invariant($"{100 * result.FillRate:F1}%");

    private static string Steps(FinetuneRecipe recipe, FinetuneResult result)
    {
        int steps = result.Steps ?? recipe.Train.Steps;
        string taken = steps < recipe.Train.Steps ? FormattableString.Invariant($"{steps:N0} of {recipe.Train.Steps:N0}, stopped early") : FormattableString.Invariant($"{steps:N0}");
        return result.BestStep is int best ? FormattableString.Invariant($"{taken}; the weights are those of step {best:N0}, whose held-out loss was lowest") : taken;
    }

    private static ReportLine Line(IReadOnlyList<MetricsRow> metrics, string key, string name, bool marked = false) =>
        new(name, [.. metrics.Where(row => row.Values.ContainsKey(key)).Select(row => ((double)row.Step, row.Values[key]))], marked);
}
