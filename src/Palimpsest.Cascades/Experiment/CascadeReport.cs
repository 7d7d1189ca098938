using System.Globalization;
using Palimpsest.Cascades.Baselines;
using Palimpsest.Metrics;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Cascades.Experiment;

/// <summary>What the report of a comparison says.</summary>
internal static class CascadeReport
{
    private static readonly string[] s_drawn = [CascadeArms.Agreement, "agreement-score", CascadeArms.Confidence, "frugal", "router-factors",
        CascadeArms.Random];

    public static Report Of(CascadeRecipe recipe, CascadeResult result)
    {
        CascadeArmResult last = result.Arm(CascadeArms.LastTier)!;
        CascadeArmResult? agreement = result.Arm(CascadeArms.Agreement);
        string tiers = string.Join(" → ", result.Tiers.Select(tier => tier.Count == 1 ? tier[0] : $"({string.Join(", ", tier)})"));
        return new Report
        {
            Title = $"Cascade on {result.Subject}",
            Lead = Say($"Tiers: {tiers}. Tuned on {result.Counts[0]:N0} questions, calibrated on {result.Counts[1]:N0}, counted on {result.Counts[2]:N0}; ")
                + $"costs in {result.Unit}, every call of every member billed.",
            Figures =
            [
                .. agreement is not null ? Headline(recipe, result, agreement, last)
                    : [new ReportFigure("right by the last tier alone", Share(last)), .. s_drawn.Concat(["oracle"]).Select(result.Arm)
                        .OfType<CascadeArmResult>()
                        .Where(arm => arm.Thresholds.Count > 0).Select(arm => AtItsThreshold(arm, last))],
            ],
            Sections =
            [
                new ReportSection("Accuracy against cost", [Frontier(result, last), ArmsTable(recipe, result, last), .. Notes(result)]),
                .. agreement is null ? Array.Empty<ReportSection>() : CascadeSections.OfAgreement(recipe, result, agreement, last),
                new ReportSection("Systems", [SystemsTable(result)]),
                .. result.Published is { } published ? [Published(published)] : Array.Empty<ReportSection>(),
            ],
        };
    }

    /// <summary>"81.2% [80.1, 82.3]"</summary>
    internal static string Share(CascadeArmResult arm) =>
        ProportionIntervals.Wilson((int)arm.Right.Sum(), arm.Right.Count) is var interval
            ? Say($"{100 * arm.Accuracy:F1}% [{100 * interval.Lower:F1}, {100 * interval.Upper:F1}]") : "";

    internal static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A cost in the unit's digits.</summary>
    internal static string Cost(double cost) => cost.ToString(Math.Abs(cost) >= 1e4 ? "0.00e+0" : "G4", CultureInfo.InvariantCulture);

    private static IEnumerable<ReportFigure> Headline(CascadeRecipe recipe, CascadeResult result, CascadeArmResult agreement, CascadeArmResult last)
    {
        Interval difference = Bootstrap.Of([.. agreement.Right.Zip(last.Right, (a, b) => a - b)], Mean, new RandomStream(recipe.Seed, "report", "difference"));
        yield return new ReportFigure("accuracy by agreement", Share(agreement), Say($"last tier alone {Share(last)}"));
        yield return new ReportFigure("difference to the last tier", Say($"{100 * difference.Estimate:+0.0;-0.0;0.0} points"),
            Say($"[{100 * difference.Lower:F1}, {100 * difference.Upper:F1}], paired bootstrap"));
        yield return new ReportFigure("cost against the last tier", Say($"{agreement.Cost / last.Cost:F3}"),
            Say($"saving {last.Cost / agreement.Cost:F2}x; {Cost(agreement.Cost)} against {Cost(last.Cost)} {result.Unit} a question"));
        yield return new ReportFigure("passed on by the first tier", Say($"{100 * agreement.Deferred:F1}%"),
            Pays(CascadeCost.BreakEven(result.Gamma, result.Tiers[0].Count)));
        yield return new ReportFigure("error beyond the next tier's", Say($"{100 * agreement.Excess.Max():F2}%"),
            agreement.Shortfalls.Count > 0 ? "not certified at every tier; one that is not passes everything on"
                : Say($"certified to be at most {100 * recipe.Certificate.Limit:F1}% at {100 * recipe.Certificate.Confidence:F0}%"));
        if (result.Splits is { } splits)
        {
            yield return new ReportFigure("random splits on which the limit held", Say($"{100 * splits.Held:F1}%"),
                Say($"of {splits.Count}; the largest excess was {100 * splits.Worst:F2}%"));
        }
    }

    private static string Pays(double line) => line > 0 ? Say($"pays below {100 * line:F1}%")
        : "cannot pay: the first tier's members cost as much together as the last tier";

    private static ReportFigure AtItsThreshold(CascadeArmResult arm, CascadeArmResult last) => new($"right by {arm.Name}", Share(arm),
        Say($"at {arm.Cost / last.Cost:F3} of the last tier's cost, {100 * arm.Deferred:F1}% to it"));

    private static ReportChart Frontier(CascadeResult result, CascadeArmResult last) => new(
        "What each policy reaches with other thresholds; cheaper is to the left, the last tier alone is at 1",
            "cost of a question, relative to the last tier's",
        "share of right answers",
        [
            .. s_drawn.Select(result.Arm).OfType<CascadeArmResult>().Select(arm =>
                new ReportLine(arm.Name, [.. arm.Frontier.Select(point => (point.Cost / last.Cost, point.Accuracy))], Marked: true)),
            .. new[] { "oracle", "single-best" }.Select(result.Arm).OfType<CascadeArmResult>()
                .Select(arm => new ReportLine(arm.Name, [(arm.Cost / last.Cost, arm.Accuracy)], Marked: true)),
        ]);

    private static ReportTable ArmsTable(CascadeRecipe recipe, CascadeResult result, CascadeArmResult last) => new(
        ["policy", "thresholds", "right [95%]", $"cost, {result.Unit}", "of the last tier's", "passed on", "excess error", "certified",
            Say($"right at a budget of {recipe.Evaluate.Budget:G3}")],
        [
            .. result.Arms.OrderBy(arm => arm.Name.StartsWith("control", StringComparison.Ordinal)).ThenBy(arm => arm.Cost)
                .Select(arm => (IReadOnlyList<string>)
            [
                arm.Name, arm.Thresholds.Count == 0 ? "" : string.Join(", ",
                    arm.Thresholds.Select(one => one is double value ? value.ToString("0.###", CultureInfo.InvariantCulture) : "none")),
                Share(arm), Cost(arm.Cost) + (arm.Name == Controls.Dear ? " (modelled)" : ""), Say($"{arm.Cost / last.Cost:F3}"), arm.Thresholds.Count == 0
                    ? "" : Say($"{100 * arm.Deferred:F1}%"),
                arm.Excess.Count == 0 ? "" : Say($"{100 * arm.Excess.Max():F2}%"),
                arm.Bounds.Count == 0 ? "" : arm.Shortfalls.Count > 0 ? "no" : Say($"≤ {100 * arm.Bounds.Max():F2}%"), arm.AtBudget is double share
                    ? Say($"{100 * share:F1}%") : "too dear",
            ]),
        ],
        Say($"All policies with thresholds are calibrated alike: an error of at most {recipe.Certificate.Limit} beyond the next tier's, ")
            + Say($"with {100 * recipe.Certificate.Confidence:F0}% confidence"));

    private static IEnumerable<ReportBlock> Notes(CascadeResult result)
    {
        foreach (string shortfall in result.Arms.Where(arm => !arm.Name.StartsWith("control", StringComparison.Ordinal))
            .SelectMany(arm => arm.Shortfalls.Select(text => $"{arm.Name}: {text}")).Concat(result.LeftOut.Select(reason => $"Left out: {reason}")))
        {
            yield return new ReportParagraph(shortfall);
        }

        yield return new ReportParagraph(string.Join("; ", result.Arms.Select(arm => $"{arm.Name}: {arm.Note}")) + ".");
        if (result.Prices is not null)
        {
            yield return new ReportParagraph(result.Prices);
        }

        if (result.Contradictions > 0)
        {
            yield return new ReportParagraph(Say($"{result.Contradictions:N0} questions hold an answer that is judged right for one system and wrong for ")
                + "another; the judgement of the first member counts.");
        }
    }

    private static ReportSection Published(PublishedPoints published) => new("Published points",
    [
        new ReportParagraph($"As others published them ({published.File}): other models, other questions, prices of their day. They stand beside this run's "
            + "figures, and nothing here was computed from them."),
        new ReportTable(["method or model", "right", "cost of a question, as published", "of the dearest", "questions"],
        [
            .. published.Points.Select(point => (IReadOnlyList<string>)
            [
                point.Method, Say($"{100 * point.Accuracy:F1}%"), Say($"{point.Cost:G3}"), Say($"{point.Cost / published.Points[^1].Cost:F3}"),
                    Say($"{point.Items:N0}"),
            ]),
        ]),
    ]);

    private static ReportTable SystemsTable(CascadeResult result) => new(
        ["system", "right", $"cost of a call, {result.Unit}", "seconds of a call, measured", "no answer"],
        [
            .. result.Systems.Select(system => (IReadOnlyList<string>)
            [
                system.Name, Say($"{100 * system.Accuracy:F1}%"), Cost(system.Cost), system.Seconds is double seconds ? Say($"{seconds:G3}")
                    : "not measured", Say($"{100 * system.Abstained:F1}%"),
            ]),
        ]);

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }
}
