namespace Palimpsest.Runs.Reports;

/// <summary>A report as one HTML page without outside parts.</summary>
public static class HtmlReport
{
    /// <summary>The page.</summary>
    /// <param name="report">What to say.</param>
    /// <param name="run">The run it is about.</param>
    /// <param name="recipe">The resolved recipe as YAML.</param>
    /// <param name="verdicts">Verdicts on the recipe's claims.</param>
    public static string Render(Report report, RunInfo run, string recipe, IReadOnlyList<ClaimVerdict> verdicts) => $"{report} {run} {recipe} {verdicts}";
}
