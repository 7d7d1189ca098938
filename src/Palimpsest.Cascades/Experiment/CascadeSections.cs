using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Costs;
using Palimpsest.Metrics;
using Palimpsest.Runs.Reports;
using static Palimpsest.Cascades.Experiment.CascadeReport;

namespace Palimpsest.Cascades.Experiment;

/// <summary>The parts of the report that speak of the cascade by agreement.</summary>
internal static class CascadeSections
{
    private const double PaperReduction = 14;

    public static IEnumerable<ReportSection> OfAgreement(CascadeRecipe recipe, CascadeResult result, CascadeArmResult agreement, CascadeArmResult last)
    {
        yield return new ReportSection("Who is passed on", [Levels(result)]);
        yield return new ReportSection("When it pays", [BreakEven(result, agreement), BreakEvenText(result, agreement)]);
        yield return new ReportSection("Calibration", [.. agreement.Calibration.Index().Select(tier => Curve(recipe, tier.Item, tier.Index + 1)),
            .. Splits(recipe, result)]);
        if (Times(result) is { } times)
        {
            yield return new ReportSection("Measured", [Measured(result, agreement, times)]);
            yield return new ReportSection("Modelled", [.. Modelled(recipe, result, agreement, times)]);
        }
    }

    private static ReportTable Levels(CascadeResult result) => new(
        ["difficulty", "questions", "passed on", "right: first tier", "right: cascade", "right: last tier"],
        [
            .. result.Levels.Select(level => (IReadOnlyList<string>)
            [
                level.Level, Say($"{level.Items:N0}"), Say($"{100 * level.Deferred:F1}%"), Say($"{100 * level.First:F1}%"),
                    Say($"{100 * level.Cascade:F1}%"), Say($"{100 * level.Last:F1}%"),
            ]),
        ]);

    private static ReportTable BreakEven(CascadeResult result, CascadeArmResult agreement)
    {
        int members = result.Tiers[0].Count;
        return new ReportTable(["counted as", "g", "γ", "pays if fewer are passed on than", "passed on", "pays"],
            [Row("money: every member", members), Row("wall clock: members side by side", 1)]);

        IReadOnlyList<string> Row(string name, double growth)
        {
            double line = CascadeCost.BreakEven(result.Gamma, growth);
            return [name, Say($"{growth:G3}"), Say($"{result.Gamma:G3}"), Say($"{100 * line:F1}%"), Say($"{100 * agreement.Deferred:F1}%"),
                agreement.Deferred < line ? "yes" : "no"];
        }
    }

    private static ReportParagraph BreakEvenText(CascadeResult result, CascadeArmResult agreement) => new(
        "A cascade of two tiers pays where P(defer) < 1 - g·γ. A saving of 7 times needs P(defer) + g·γ = 0.143; here it is "
            + Say($"{agreement.Deferred + (result.Tiers[0].Count * result.Gamma):F3}."));

    private static ReportChart Curve(CascadeRecipe recipe, TierCertificate tier, int number) => new(
        Say($"Tier {number}: what each threshold does on {tier.Items:N0} questions; the bound holds with {100 * tier.Confidence:F1}% confidence"),
            "threshold", "share of the questions",
        [
            new ReportLine("kept", [.. tier.Curve.Select(row => (row.Threshold, row.Accepted / (double)row.Items))], Marked: tier.Curve.Count < 10),
            new ReportLine("kept and wrong", [.. tier.Curve.Select(row => (row.Threshold, row.Error))], Marked: tier.Curve.Count < 10),
            new ReportLine("beyond the next tier's", [.. tier.Curve.Select(row => (row.Threshold, row.Error - row.NextError))], Marked: tier.Curve.Count < 10),
            new ReportLine("bound", [.. tier.Curve.Select(row => (row.Threshold, recipe.Certificate.Rule == CalibrationRule.PairedClopperPearson
                ? row.LossBound(tier.Confidence) : row.ErrorBound(tier.Confidence)))], Marked: tier.Curve.Count < 10),
        ]);

    private static IEnumerable<ReportBlock> Splits(CascadeRecipe recipe, CascadeResult result)
    {
        if (result.Splits is { } splits)
        {
            yield return new ReportParagraph(Say($"Over {splits.Count} random splits into {result.Counts[1]:N0} questions to calibrate on and the others, ")
                + Say($"the error beyond the next tier's stayed within {recipe.Certificate.Limit} in {100 * splits.Held:F1}% of them ")
                + Say($"(a threshold was certified in {100 * splits.Certified:F1}%); ")
                + Say($"on average {100 * splits.MeanDeferred:F1}% were passed on, and the largest excess was {100 * splits.Worst:F2}%."));
        }
    }

    // Seconds of a call of each member of each tier, where all were measured.
    private static IReadOnlyList<IReadOnlyList<double>>? Times(CascadeResult result)
    {
        Dictionary<string, double?> seconds = result.Systems.ToDictionary(system => system.Name, system => system.Seconds, StringComparer.Ordinal);
        return result.Tiers.All(tier => tier.All(member => seconds[member] is not null))
            ? [.. result.Tiers.Select(tier => (IReadOnlyList<double>)[.. tier.Select(member => seconds[member]!.Value)])] : null;
    }

    private static ReportTable Measured(CascadeResult result, CascadeArmResult agreement, IReadOnlyList<IReadOnlyList<double>> times)
    {
        double Time(Func<IReadOnlyList<double>, double> of) => times.Zip(agreement.Reach, (tier, reach) => reach * of(tier)).Sum();
        return new ReportTable(
            ["seconds of a question", "cascade", "last tier alone"],
            [
                ["members one after the other (processor time, and money)", Say($"{Time(tier => tier.Sum()):G3}"), Say($"{times[^1].Sum():G3}")],
                ["members side by side, a core each (wall clock)", Say($"{Time(tier => tier.Max()):G3}"), Say($"{times[^1].Max():G3}")],
            ],
            "From the mean seconds of each system's calls and the shares that reach each tier");
    }

    private static IEnumerable<ReportBlock> Modelled(CascadeRecipe recipe, CascadeResult result, CascadeArmResult agreement,
        IReadOnlyList<IReadOnlyList<double>> times)
    {
        double device = times[0].Max(), cloud = times.Skip(1).Select((tier, i) => agreement.Reach[1] == 0 ? 0
            : tier.Max() * agreement.Reach[i + 1] / agreement.Reach[1]).Sum();
        EdgeCloud network = new(device, cloud, result.Bytes);
        yield return new ReportTable(
            ["delay there and back, s", "seconds: cascade", "seconds: all in the cloud", "bytes sent: cascade", "bytes sent: all in the cloud"],
            [
                .. recipe.Costs.Delays.Select(delay => (IReadOnlyList<string>)
                [
                    Say($"{delay:G3}"), Say($"{network.Seconds(agreement.Deferred, delay, recipe.Costs.Bandwidth):G3}"),
                        Say($"{network.CloudOnly(delay, recipe.Costs.Bandwidth):G3}"),
                    Say($"{network.BytesSent(agreement.Deferred):F0}"), Say($"{result.Bytes:F0}"),
                ]),
            ],
            "Edge and cloud: the first tier on a device, the others behind a network");
        yield return new ReportParagraph(Say($"What is sent falls by one over the share that is passed on: {EdgeCloud.Reduction(agreement.Deferred):F1} ")
            + Say($"times here; {PaperReduction} times needs {100 / PaperReduction:F1}%."));
        if (recipe.Costs.Hourly.Count > 0)
        {
            double cascade = Rental.PerThousand(agreement.Reach, times, recipe.Costs.Hourly), last =
                Rental.PerThousand([1], [times[^1]], [recipe.Costs.Hourly[^1]]);
            double same = Rental.PerThousand(agreement.Reach, times, [.. times.Select(_ => recipe.Costs.Hourly[^1])]);
            yield return new ReportTable(
                ["rental of a thousand questions", "price"],
                [
                    ["cascade, each tier on its own machine", Say($"{cascade:G4}")], ["cascade, all on the last tier's machine", Say($"{same:G4}")],
                        ["last tier alone", Say($"{last:G4}")],
                ],
                "By the user's prices of an hour; every member is paid for");
        }
    }
}
