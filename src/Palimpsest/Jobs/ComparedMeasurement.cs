using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Jobs;

/// <summary>One measurement before and after a training, with intervals, as reports show it.</summary>
internal sealed class ComparedMeasurement(Measurement before, Measurement after, RandomStream random)
{
    private readonly Interval _before = before.Interval(random.Child(before.Metric, "before"));
    private readonly Interval _after = after.Interval(random.Child(after.Metric, "after"));
    private readonly Interval _change = after.ChangeFrom(before, random.Child(after.Metric, "change"));

    public bool IsShare => after.Unit == MeasurementUnit.Share;

    public ReportSharesRow Shares => new(after.Label, [_before, _after], after.Chance);

    public string Sentence => $"{after.Label} {before.Show(_before.Estimate)} before, {after.Show(_after.Estimate)} after";

    public ReportFigure Figure => new(after.Label, $"{before.Show(_before.Estimate)} → {after.Show(_after.Estimate)}", JobText.Change(after, _change));

    private IReadOnlyList<string> Cells =>
    [
        after.Label, after.Numerators.Count.ToString("N0", CultureInfo.InvariantCulture), JobText.WithInterval(before, _before),
        JobText.WithInterval(after, _after), JobText.Change(after, _change),
    ];

    /// <summary>All of them in a table.</summary>
    public static ReportTable Table(IEnumerable<ComparedMeasurement> rows) => new(["figure", "items", "before", "after", "change"], [.. rows.Select(row =>
        row.Cells)],
        "All figures. Brackets hold 95% bootstrap intervals over the items; the change is paired by item.");
}
