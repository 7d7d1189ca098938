using System.Security.Cryptography;
using System.Text;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Runs.Reports;

/// <summary>A report as one HTML page without outside parts: style, drawings and the few lines of script are in it, and its policy lets it load nothing.</summary>
/// <remarks>The page is well-formed as XML, whole without the script, readable on phones, in the dark and on paper. The same input gives the same bytes. Text from outside cannot become markup.</remarks>
public static class HtmlReport
{
    private const int LongestTitle = 160;

    private static readonly string Policy = $"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(ReportStyle.Script)))}'; base-uri 'none'; form-action 'none'";

    /// <summary>The page.</summary>
    /// <param name="report">What to say.</param>
    /// <param name="run">The run it is about.</param>
    /// <param name="recipe">The resolved recipe as YAML.</param>
    /// <param name="verdicts">Verdicts on the recipe's claims.</param>
    public static string Render(Report report, RunInfo run, string recipe, IReadOnlyList<ClaimVerdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(verdicts);

        HtmlWriter html = new();
        html.Constant("<!DOCTYPE html>").Open("html", ("lang", "en"));
        string title = Short(report.Title);
        Head(html, title);
        html.Open("body").Open("main");
        HtmlRun.Banner(html, run);
        html.Open("header").Element("p", "Palimpsest", ("class", "kicker")).Element("h1", title);
        if (!string.IsNullOrWhiteSpace(report.Lead))
        {
            html.Element("p", report.Lead, ("class", "lead"));
        }

        HtmlRun.Status(html, run);
        html.Close();
        Figures(html, report.Figures);
        HtmlClaims.Write(html, verdicts, run.ClaimRulesSha256);
        foreach (ReportSection section in report.Sections)
        {
            html.Open("section").Element("h2", section.Title);
            foreach (ReportBlock block in section.Blocks)
            {
                HtmlBlocks.Write(html, block);
            }

            html.Close();
        }

        Recipe(html, recipe);
        HtmlRun.Environment(html, run);
        html.Close().Open("script").Constant(ReportStyle.Script).Close().Close().Close();
        return html.ToString() + "\n";
    }

    // Of a long path, for example; what was run stands in the recipe.
    private static string Short(string title) => title.Length <= LongestTitle
        ? title : title[..(char.IsHighSurrogate(title[LongestTitle - 2]) ? LongestTitle - 2 : LongestTitle - 1)] + "…";

    private static void Head(HtmlWriter html, string title)
    {
        html.Open("head").Void("meta", ("charset", "utf-8"));
        html.Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy));
        html.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        html.Void("meta", ("name", "color-scheme"), ("content", "light dark"));
        html.Element("title", title).Open("style").Constant(ReportStyle.Css).Close().Close();
    }

    private static void Figures(HtmlWriter html, IReadOnlyList<ReportFigure> figures)
    {
        if (figures.Count == 0)
        {
            return;
        }

        html.Open("dl", ("class", "figures"));
        foreach (ReportFigure figure in figures)
        {
            html.Open("div").Element("dt", figure.Label).Element("dd", figure.Value, ("class", "figure"));
            if (figure.Detail.Length > 0)
            {
                html.Element("dd", figure.Detail, ("class", "detail"));
            }

            html.Close();
        }

        html.Close();
    }

    private static void Recipe(HtmlWriter html, string recipe)
    {
        html.Open("details").Open("summary").Element("h2", "Recipe").Close();
        html.Element("p", "Every key with its value, defaults included: running it again gives this run.", ("class", "note"));
        HtmlBlocks.Code(html, recipe);
        html.Close();
    }
}
