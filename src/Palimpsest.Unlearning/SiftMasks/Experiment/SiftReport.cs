using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>What the report of an experiment says.</summary>
internal static class SiftReport
{
    public static Report Of(SiftRecipe recipe, SiftResult result)
    {
        int[] sizes = [.. result.Figures.Select(figure => figure.Owners).Distinct().Order()];
        int largest = sizes[^1];
        string[] arms = [.. result.Figures.Select(figure => figure.Arm).Distinct()];
        RandomStream random = new(recipe.Seed, "report", "intervals");
        string Cell(string arm, int size, Func<SiftFigure, IReadOnlyList<double>> values)
        {
            if (result.Figures.FirstOrDefault(figure => figure.Arm == arm && figure.Owners == size) is not SiftFigure found || values(found).Count == 0)
            {
                return "";
            }

            Interval interval = Bootstrap.Of(values(found), drawn => System.Numerics.Tensors.TensorPrimitives.Average(drawn), random.Child(arm, Say($"{size}")));
            return values(found).Count > 1 ? Say($"{interval.Estimate:F3} [{interval.Lower:F3}, {interval.Upper:F3}]") : Say($"{interval.Estimate:F3}");
        }

        ReportTable Table(string caption, Func<SiftFigure, IReadOnlyList<double>> values) => new(
            ["method", .. sizes.Select(size => Say($"T = {size}"))], [.. arms.Select(arm => (IReadOnlyList<string>)[arm, .. sizes.Select(size => Cell(arm, size, values))])], caption);
        string[] drawn = ["zero-shot", "local-sift", "ft-merge", "tall-masks", "emr", "sift-masks"];
        ReportChart chart = new(
            "Answer probability over the number of owners", "number of owners T", "probability",
            [.. drawn.Select(arm => new ReportLine(arm, [.. result.Figures.Where(figure => figure.Arm == arm).Select(figure => ((double)figure.Owners, figure.Probability.Average()))], Marked: true)).Where(line => line.Points.Count > 1)])
        { LogHorizontal = true };
        ReportChart course = new("Answer probability as owners leave", "owners that have left", "probability",
        [
            new ReportLine("those who stay, by their masks", [.. result.Deletions.Where(point => point.HeldIn >= 0).Select(point => ((double)point.Deleted, point.HeldIn))], Marked: true),
            new ReportLine("all", [.. result.Deletions.Select(point => ((double)point.Deleted, point.HeldOut))], Marked: true),
            new ReportLine("those who left, without a mask", [.. result.Deletions.Where(point => point.Forgotten >= 0).Select(point => ((double)point.Deleted, point.Forgotten))], Marked: true),
        ]);
        List<ReportBlock> knowledge = [chart, Table("Mean probability of the true answers over the owners reported, with 95% bootstrap intervals over them", figure => figure.Probability)];
        if (result.Figures.Any(figure => figure.Accuracy.Count > 0))
        {
            knowledge.Add(Table("Share of questions answered rightly by likelihood", figure => figure.Accuracy));
        }

        string[][] chosen = [.. result.Figures.Where(figure => figure.Owners == largest && figure.Setting.Length > 0).Select(figure => new[] { figure.Arm, figure.Setting })];
        if (chosen.Length > 0)
        {
            knowledge.Add(new ReportTable(["method", "chosen at the largest T, on owners that are not reported"], chosen));
        }

        return new Report
        {
            Title = $"SIFT-Masks on {Path.GetFileName(Path.TrimEndingDirectorySeparator(recipe.Model.Name))}, {largest} owners ({recipe.Data.Setting.ToString().ToLowerInvariant()})",
            Lead = Say($"{result.Parameters:N0} trainable parameters; masks use {100 * result.Density:F0}% of them. After every deletion the sum {(result.Deletions.All(point => point.EqualsFresh) ? "equalled" : "did NOT equal")} a fresh one bit for bit."),
            Figures = [.. new[] { "zero-shot", "local-sift", "ft-merge", "sift-masks", "emr", "central" }.Select(arm => (Arm: arm, Cell: Cell(arm, largest, figure => figure.Probability))).Where(item => item.Cell.Length > 0)
                .Select(item => new ReportFigure(item.Arm, item.Cell.Split(' ')[0], item.Cell.Contains(' ', StringComparison.Ordinal) ? item.Cell[(item.Cell.IndexOf(' ', StringComparison.Ordinal) + 1)..] : ""))],
            Sections =
            [
                new ReportSection("What is known", knowledge),
                new ReportSection("Deletions", [course, new ReportTable(["left", "held-in", "all", "forgotten", "sum equals a fresh one"], [.. result.Deletions.Select(point => (IReadOnlyList<string>)[Say($"{point.Deleted}"), Number(point.HeldIn), Number(point.HeldOut), Number(point.Forgotten), point.EqualsFresh ? "yes, bit for bit" : "NO"])])]),
                new ReportSection("Cost", [Cost(result, largest)]),
            ],
        };
    }

    private static ReportTable Cost(SiftResult result, int owners)
    {
        double refit = result.RefitSeconds.Count > 0 ? result.RefitSeconds.Average() : result.TuneSeconds[1];
        long merge = SiftCost.MergeRefits(owners - 1), central = SiftCost.CentralRefits(owners, owners - 1);
        double sum = 8.0 * result.Parameters, mask = result.Parameters / 8.0, model = 4.0 * result.Parameters;
        return new ReportTable(
            ["quantity", "measured", "modelled"],
            [
                ["tuning one owner, plain", Say($"{result.TuneSeconds[0]:F2} s of a worker"), ""],
                ["tuning one owner, sign-fixed", Say($"{result.TuneSeconds[1]:F2} s of a worker"), "1 refit"],
                ["deleting one owner: its vector made again, compared, subtracted", result.RefitSeconds.Count > 0 ? Say($"{refit:F2} s of a worker, mean of {result.RefitSeconds.Count}; all equal to the bit") : "", "1 refit"],
                ["all but one owner leaving, one at a time", "", Say($"{merge:N0} refits = {merge * refit:N0} s")],
                ["the same from one model trained on all", "", Say($"{central:N0} refits = {central * refit:N0} s, {(double)central / Math.Max(1, merge):F0} times as much")],
                ["one model trained on all", result.CentralSeconds > 0 ? Say($"{result.CentralSeconds:F0} s on all threads") : "", ""],
                ["sum of all vectors (int64)", Say($"{sum / 1e6:F1} MB"), Say($"{sum / model:F1} f32 models")],
                [Say($"masks of {owners} owners"), Say($"{mask * owners / 1e6:F1} MB"), Say($"{mask * owners / model:F1} f32 models; the paper counts {SiftCost.StorageInModels(owners):F1} with the sum as one")],
            ],
            "A refit is one owner's data trained on again; seconds of refits are the measured ones times the count.");
    }

    private static string Number(double value) => value < 0 ? "" : Say($"{value:F3}");

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
