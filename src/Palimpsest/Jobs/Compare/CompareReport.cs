using System.Globalization;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Jobs.Compare;

/// <summary>What the report of a comparison says.</summary>
internal static class CompareReport
{
    public static Report Of(CompareRecipe recipe, CompareResult result)
    {
        ClaimResult[] figures = [.. result.Figures.OrderBy(figure => figure.Metric, StringComparer.Ordinal)];
        List<ReportSection> sections = [new ReportSection("Figures", [RunReport.Table(figures)])];
        if (recipe.Tune is TuneSection tune)
        {
            sections.Add(new ReportSection("Tuning", [Tuning(tune, result)]));
        }

        string lost = string.Join(", ", result.Arms.Where(arm => arm.Diverged.Count > 0).Select(arm => $"{arm.Name} (seed {string.Join(", ", arm.Diverged)})"));
        return new Report
        {
            Title = $"Comparison of {string.Join(", ", recipe.Arms.Select(arm => arm.Name))}",
            Lead = $"Each arm is {Path.GetFileName(recipe.Base)} with some keys set otherwise, run with {Say($"{recipe.Repeats.Count}")} seeds"
                + $"{(recipe.Tune is null ? "" : " after the same budget of tuning")}. "
                    + $"{(lost.Length > 0 ? $"Without figures, since the loss became no number: {lost}." : "")}",
            Figures = Headline(recipe, result),
            Sections = sections,
        };
    }

    private static IReadOnlyList<ReportFigure> Headline(CompareRecipe recipe, CompareResult result)
    {
        if (recipe.Tune?.Metric is not string metric)
        {
            return [];
        }

        return [.. result.Figures.Where(figure => figure.Metric == metric).GroupBy(figure => figure.Arm).Take(6)
            .Select(arm => new ReportFigure(arm.Key, Say($"{arm.Average(figure => figure.Value):G4}"), $"{metric}, mean of {Say($"{arm.Count()}")}"))];
    }

    private static ReportTable Tuning(TuneSection tune, CompareResult result) => new(
        ["arm", "tried", tune.Metric, "chosen"],
        [.. result.Arms.SelectMany(arm => arm.Tried.Select(trial => (IReadOnlyList<string>)
        [
            arm.Name,
            string.Join(", ", trial.Overrides),
            trial.Value is double value ? Say($"{value:G5}") : "no number",
            !trial.Overrides.SequenceEqual(arm.Chosen) ? "" : arm.AtTheEdge.Count > 0 ? $"yes, at the edge of {string.Join(", ", arm.AtTheEdge)}" : "yes",
        ]))],
        "Every arm has the same budget of tuning, on what is not reported. At the edge of a grid a better value may lie beyond it.");

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
