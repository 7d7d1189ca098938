namespace Palimpsest.Runs.Reports;

/// <summary>A headline figure.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">The figure with its unit, such as "31.2% → 87.5%".</param>
/// <param name="Detail">Interval, number of items and the like.</param>
public sealed record ReportFigure(string Label, string Value, string Detail = "");
