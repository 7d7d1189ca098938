namespace Palimpsest.Runs.Reports;

/// <summary>A part of a report under a heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Blocks">Its content.</param>
public sealed record ReportSection(string Title, IReadOnlyList<ReportBlock> Blocks);
