using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Runs.Claims;

/// <summary>Claims and the verdicts on them in words, as reports and pages of results say them.</summary>
internal static class ClaimText
{
    /// <summary>How many claims there are and how they ended, such as "3 claims: 2 reproduced; 1 inconclusive".</summary>
    public static string Summary(IReadOnlyList<ClaimVerdict> verdicts) =>
        $"{Count(verdicts.Count)} {(verdicts.Count == 1 ? "claim" : "claims")}: {string.Join("; ", verdicts.GroupBy(verdict => verdict.Verdict).OrderBy(group => group.Key).Select(group => $"{Count(group.Count())} {VerdictText.Of(group.Key)}"))}";

    /// <summary>What the rule looks at, such as "accuracy: ours minus theirs, at owners 64".</summary>
    public static string Measured(Claim claim) => Compared(claim.Compare.As, claim.Metric, claim.Compare.Arm, claim.Compare.With) + Place(claim.Compare.At);

    /// <summary>The control in words; null if the claim has none.</summary>
    public static string? Control(Claim claim) => claim.Control is { } control
        ? $"{Compared(control.As, control.Metric ?? claim.Metric, control.Arm, control.With)}{(control.At is { } at ? Place(at) : "")} must be {control.Must}"
        : null;

    /// <summary>The rule in words, such as "lower bound > 0 at 95%, paired by seed, 3 seeds at least".</summary>
    public static string Rule(Claim claim)
    {
        ClaimRule rule = claim.HoldsIf;
        string condition = rule.LowerBound is not null ? "lower bound" : rule.UpperBound is not null ? "upper bound" : "value";
        string confidence = rule.Value is null ? string.Create(CultureInfo.InvariantCulture, $" at {100 * rule.Confidence:G6}%") : "";
        string pairing = rule.PairedBy switch
        {
            Pairing.Item => ", over items",
            _ when claim.Compare.With is null => "",
            Pairing.Seed => ", paired by seed",
            _ => ", not paired",
        };
        return $"{condition} {rule.Condition}{confidence}{pairing}, {(rule.SeedsNeeded == 1 ? "1 seed" : $"{Count(rule.SeedsNeeded)} seeds")} at least";
    }

    /// <summary>The figure that the verdict rests on, with its interval where there is one.</summary>
    public static string Figure(ClaimVerdict verdict)
    {
        if (verdict.Figure is not Interval figure)
        {
            return "none";
        }

        bool drawn = verdict.Seeds > 1 || verdict.Claim.HoldsIf.PairedBy == Pairing.Item;
        return !drawn || double.IsNaN(figure.Lower) || double.IsNaN(figure.Upper)
            ? $"{figure.Estimate.ToString("G4", CultureInfo.InvariantCulture)}, without an interval"
            : string.Create(CultureInfo.InvariantCulture, $"{figure}, {100 * figure.Confidence:G6}% interval");
    }

    private static string Compared(ClaimFigure figure, string metric, string arm, string? with) => figure switch
    {
        ClaimFigure.Difference => $"{metric}: {arm} minus {with}",
        ClaimFigure.Ratio => $"{metric}: {arm} divided by {with}",
        _ => $"{metric}: {arm}",
    };

    private static string Place(IReadOnlyDictionary<string, string> at) => at.Count == 0 ? "" : $", at {string.Join(", ", at.Select(pair => $"{pair.Key} {pair.Value}"))}";

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
