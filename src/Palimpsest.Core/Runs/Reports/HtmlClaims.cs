using System.Globalization;
using Palimpsest.Numerics;

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

        html.Open("section", ("class", "claims")).Element("h2", "Claims").Element("p", Summary(verdicts));
        foreach (ClaimVerdict verdict in verdicts)
        {
            Claim(html, verdict);
        }

        Rules(html, verdicts, committed);
        html.Close();
    }

    private static string Summary(IReadOnlyList<ClaimVerdict> verdicts)
    {
        if (verdicts.Count == 0)
        {
            return "No claim has been judged yet.";
        }

        IEnumerable<string> counts = verdicts.GroupBy(verdict => verdict.Verdict).OrderBy(group => group.Key).Select(group => $"{Count(group.Count())} {VerdictText.Of(group.Key)}");
        return $"{Count(verdicts.Count)} {(verdicts.Count == 1 ? "claim" : "claims")}: {string.Join("; ", counts)}.";
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
        Fact(html, "Measured", Measured(claim));
        Fact(html, "Figure", verdict.Figure is { } figure ? Show(figure, verdict.Seeds > 1 || verdict.Claim.HoldsIf.PairedBy == Pairing.Item) : "none", "figure");
        Fact(html, "Rule", Rule(claim.HoldsIf, claim.Compare.With is not null));
        Fact(html, "Control", claim.Control is { } control ? Control(claim, control) : null);
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
            bool same = ClaimRules.Hash([.. verdicts.Select(verdict => verdict.Claim)]) == committed;
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

    private static string Measured(Claim claim) => Figure(claim.Compare.As, claim.Metric, claim.Compare.Arm, claim.Compare.With) + Place(claim.Compare.At);

    private static string Control(Claim claim, ClaimControl control) =>
        $"{Figure(control.As, control.Metric ?? claim.Metric, control.Arm, control.With)}{(control.At is { } at ? Place(at) : "")} must be {control.Must}";

    private static string Figure(ClaimFigure figure, string metric, string arm, string? with) => figure switch
    {
        ClaimFigure.Difference => $"{metric}: {arm} minus {with}",
        ClaimFigure.Ratio => $"{metric}: {arm} divided by {with}",
        _ => $"{metric}: {arm}",
    };

    private static string Place(IReadOnlyDictionary<string, string> at) => at.Count == 0 ? "" : $", at {string.Join(", ", at.Select(pair => $"{pair.Key} {pair.Value}"))}";

    private static string Rule(ClaimRule rule, bool compares)
    {
        string condition = rule.LowerBound is not null ? "lower bound" : rule.UpperBound is not null ? "upper bound" : "value";
        string confidence = rule.Value is null ? string.Create(CultureInfo.InvariantCulture, $" at {100 * rule.Confidence:G6}%") : "";
        string pairing = rule.PairedBy switch
        {
            Pairing.Item => ", over items",
            _ when !compares => "",
            Pairing.Seed => ", paired by seed",
            _ => ", not paired",
        };
        return $"{condition} {rule.Condition}{confidence}{pairing}, {(rule.SeedsNeeded == 1 ? "1 seed" : $"{Count(rule.SeedsNeeded)} seeds")} at least";
    }

    private static string Show(Interval figure, bool drawn)
    {
        string estimate = figure.Estimate.ToString("G4", CultureInfo.InvariantCulture);
        return !drawn || double.IsNaN(figure.Lower) || double.IsNaN(figure.Upper)
            ? $"{estimate}, without an interval"
            : string.Create(CultureInfo.InvariantCulture, $"{figure}, {100 * figure.Confidence:G6}% interval");
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
