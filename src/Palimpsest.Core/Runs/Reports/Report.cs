namespace Palimpsest.Runs.Reports;

/// <summary>What a run's report says, apart from how it looks. Claims, recipe and environment are added from the run's folder.</summary>
public sealed record Report
{
    /// <summary>Title of the page.</summary>
    public required string Title { get; init; }

    /// <summary>The result in a sentence or two.</summary>
    public required string Lead { get; init; }

    /// <summary>The headline figures, at most six.</summary>
    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    /// <summary>The sections, in order.</summary>
    public IReadOnlyList<ReportSection> Sections { get; init; } = [];
}
