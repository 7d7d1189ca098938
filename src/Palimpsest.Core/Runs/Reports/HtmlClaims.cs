using System.Globalization;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Runs.Reports;

/// <summary>Claims with their verdicts. A claim that was not reproduced takes as much room as one that was, and all stand in the order of the recipe.</summary>
internal static class HtmlClaims
{
    public static void Write(HtmlWriter html, IReadOnlyList<ClaimVerdict> verdicts, string? committed)
    {
        if (verdicts.Count == 0 && committed is null)
        {
            return;
        }

        html.Open("section", ("class", "claims")).Element("h2", "Claims").Element("p", verdicts.Count > 0 ? $"{ClaimText.Summary(verdicts)}." : "No claim has been judged yet.");
        foreach (ClaimVerdict verdict in verdicts)
        {
            Claim(html, verdict);
        }

        Rules(html, verdicts, committed);
        html.Close();
    }

    private static void Claim(HtmlWriter html, ClaimVerdict verdict)
    {
        Claim claim = verdict.Claim;
        (string look, string sign) = verdict.Verdict switch
        {
            Verdict.Reproduced => ("reproduced", "✓"),
            Verdict.Partly => ("partly", "◐"),
            Verdict.NotReproduced => ("not-reproduced", "✗"),
            Verdict.Modelled => ("modelled", "∿"),
            _ => ("inconclusive", "?"),
        };
        html.Open("article", ("class", $"claim {look}")).Open("header").Element("h3", claim.Id);
        html.Open("p", ("class", "verdict")).Element("span", sign, ("aria-hidden", "true")).Element("strong", VerdictText.Of(verdict.Verdict)).Close().Close();
        html.Element("blockquote", claim.Says).Element("p", verdict.Reason, ("class", "reason")).Open("dl", ("class", "facts"));
        Fact(html, "Reading", claim.Reading);
        Fact(html, "Measured", ClaimText.Measured(claim));
        Fact(html, "Figure", ClaimText.Figure(verdict), "figure");
        Fact(html, "Rule", ClaimText.Rule(claim));
        Fact(html, "Control", ClaimText.Control(claim));
        Fact(html, "Seeds", Count(verdict.Seeds));
        html.Close().Close();
    }

    private static void Rules(HtmlWriter html, IReadOnlyList<ClaimVerdict> verdicts, string? committed)
    {
        if (committed is null)
        {
            html.Element("p", "The rules of these claims were not committed before the first result.", ("class", "note"));
            return;
        }

        html.Open("p", ("class", "note")).Text("Hash of the rules, taken before the first result: ").Element("code", $"sha256 {committed}").Text(". ");
        if (verdicts.Count > 0)
        {
            bool same = ClaimRules.Fits([.. verdicts.Select(verdict => verdict.Claim)], committed);
            html.Element(same ? "span" : "strong", same ? "The claims above have this hash." : "The claims above do not have this hash: their rules were changed afterwards, or some are missing.");
        }

        html.Close();
    }

    private static void Fact(HtmlWriter html, string name, string? text, string? look = null)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            html.Open("div").Element("dt", name).Element("dd", text, ("class", look)).Close();
        }
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
