using Palimpsest.Numerics;

namespace Palimpsest.Runs.Reports;

/// <summary>A piece of a section. All text is plain: the page encodes it.</summary>
public abstract record ReportBlock;

/// <summary>Running text.</summary>
/// <param name="Text">One paragraph.</param>
public sealed record ReportParagraph(string Text) : ReportBlock;

/// <summary>A table. Columns whose cells are all figures are set right-aligned.</summary>
/// <param name="Columns">Headings.</param>
/// <param name="Rows">Cells, one list a row, as many as there are columns.</param>
/// <param name="Caption">What it shows; none if the section's heading says so.</param>
public sealed record ReportTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string? Caption = null) : ReportBlock;

/// <summary>Curves over a common horizontal axis.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Horizontal">Name of the horizontal axis.</param>
/// <param name="Vertical">Name of the vertical axis.</param>
/// <param name="Lines">The curves; those without points are left out.</param>
public sealed record ReportChart(string Caption, string Horizontal, string Vertical, IReadOnlyList<ReportLine> Lines) : ReportBlock
{
    /// <summary>Gives equal factors along the horizontal axis equal room; points at 0 or below leave a gap.</summary>
    /// <value>The default is false.</value>
    public bool LogHorizontal { get; init; }

    /// <summary>The same along the vertical axis.</summary>
    /// <value>The default is false.</value>
    public bool LogVertical { get; init; }
}

/// <summary>One curve of a <see cref="ReportChart"/>.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Ascending in X; points that are not finite leave a gap.</param>
/// <param name="Marked">Marks every point; for few of them.</param>
public sealed record ReportLine(string Name, IReadOnlyList<(double X, double Y)> Points, bool Marked = false);

/// <summary>Shares with their intervals, one row a quantity and one mark an arm: a dot plot from 0% to 100%.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Arms">Names of the arms, such as "before" and "after".</param>
/// <param name="Rows">The quantities.</param>
public sealed record ReportShares(string Caption, IReadOnlyList<string> Arms, IReadOnlyList<ReportSharesRow> Rows) : ReportBlock;

/// <summary>One quantity of a <see cref="ReportShares"/>.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Values">One interval an arm, in [0, 1]; null where there is none.</param>
/// <param name="Chance">What guessing reaches, drawn as a mark; null for none.</param>
public sealed record ReportSharesRow(string Label, IReadOnlyList<Interval?> Values, double? Chance = null);

/// <summary>Texts beside each other: prompts with what models made of them.</summary>
/// <param name="Columns">Headings after the prompt, such as "expected", "before", "after".</param>
/// <param name="Rows">Prompt and one text a column.</param>
public sealed record ReportSamples(IReadOnlyList<string> Columns, IReadOnlyList<ReportSample> Rows) : ReportBlock;

/// <summary>One prompt of <see cref="ReportSamples"/>.</summary>
/// <param name="Prompt">The prompt; its line ends are kept.</param>
/// <param name="Texts">One a column.</param>
public sealed record ReportSample(string Prompt, IReadOnlyList<string> Texts);

/// <summary>Text in a fixed-width font, line ends kept.</summary>
/// <param name="Text">The text.</param>
public sealed record ReportCode(string Text) : ReportBlock;

/// <summary>Lines that are coloured by a number each, such as the steps of a solution by what they change; the number stands beside the line too.</summary>
/// <param name="Caption">What the lines are; its line ends are kept.</param>
/// <param name="Lines">The lines.</param>
public sealed record ReportMarkedLines(string Caption, IReadOnlyList<ReportMarkedLine> Lines) : ReportBlock;

/// <summary>One line of <see cref="ReportMarkedLines"/>.</summary>
/// <param name="Text">The line.</param>
/// <param name="Mark">From -1, bad, to 1, good; close to 0 there is no colour.</param>
/// <param name="Note">What stands beside it.</param>
public sealed record ReportMarkedLine(string Text, double Mark, string Note);
