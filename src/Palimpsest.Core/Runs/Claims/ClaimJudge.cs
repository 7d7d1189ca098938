using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Runs.Claims;

/// <summary>Decides claims by their rules alone: the interval over seeds or items against the threshold that was committed before the run.</summary>
/// <remarks>
/// Intervals over seeds are bootstrap percentile intervals of the difference or ratio of means; seeds are drawn in pairs if the rule says so, and each arm on its own otherwise. With few seeds such an
/// interval is narrower than its confidence says; that is why a bound asks for three seeds at least and reports state their number. An interval over items draws items, each the mean over seeds of what stands
/// at its place: right whether the seeds asked the same items or others.
/// </remarks>
public static class ClaimJudge
{
    private const string Everywhere = "";

    /// <summary>Judges every claim.</summary>
    /// <param name="claims">The claims of a recipe.</param>
    /// <param name="results">All figures of the run.</param>
    public static IReadOnlyList<ClaimVerdict> Judge(IReadOnlyList<Claim> claims, IReadOnlyList<ClaimResult> results)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(results);
        return [.. claims.Select(claim => Judge(claim, results))];
    }

    private static ClaimVerdict Judge(Claim claim, IReadOnlyList<ClaimResult> results)
    {
        ClaimComparison compare = claim.Compare;
        ClaimRule rule = claim.HoldsIf;
        Sample own = Sample.Of(results, compare.Arm, claim.Metric, compare.At), other = Sample.Of(results, compare.With, claim.Metric, compare.At);
        if (own.Values.Count == 0 || (compare.With is not null && other.Values.Count == 0))
        {
            string missing = own.Values.Count == 0 ? compare.Arm : compare.With!;
            return new ClaimVerdict(claim, Verdict.Inconclusive, null, 0, $"There is no figure {claim.Metric} of \"{missing}\"{Place(compare.At)}.");
        }

        bool paired = rule.PairedBy != Pairing.None && compare.With is not null;
        long[] seeds = [.. paired ? own.Values.Keys.Intersect(other.Values.Keys).Order() : own.Values.Keys.Order()];
        int count = compare.With is null || paired ? seeds.Length : Math.Min(own.Values.Count, other.Values.Count);
        if (count < rule.SeedsNeeded)
        {
            Interval? few = count == 0 || rule.PairedBy == Pairing.Item ? null : Figure(claim, own, other, seeds, paired);
            return new ClaimVerdict(claim, Verdict.Inconclusive, few, count, $"{Count(count)}, but the rule needs {rule.SeedsNeeded}.");
        }

        if (rule.PairedBy == Pairing.Item && ItemFailure(compare, own, other, seeds) is string unpaired)
        {
            return new ClaimVerdict(claim, Verdict.Inconclusive, null, count, unpaired);
        }

        Interval figure = Figure(claim, own, other, seeds, paired);
        if (!double.IsFinite(figure.Estimate) || !double.IsFinite(figure.Lower) || !double.IsFinite(figure.Upper))
        {
            // The interval leaves out resamples that are not numbers, so a bound alone could still look well; and a ratio to nothing is above every bound.
            return new ClaimVerdict(claim, Verdict.Inconclusive, figure, count, $"The figure is not a finite number at every seed; {Count(count)}.");
        }

        if (claim.Control is { } control && ControlFailure(claim, control, results) is string failure)
        {
            return new ClaimVerdict(claim, Verdict.Inconclusive, figure, count, failure);
        }

        (string name, double judged) = rule.LowerBound is not null ? ("lower bound", figure.Lower) : rule.UpperBound is not null ? ("upper bound", figure.Upper) : ("value", figure.Estimate);
        bool holds = rule.Condition.Holds(judged), estimateHolds = rule.Condition.Holds(figure.Estimate);
        string found = string.Create(CultureInfo.InvariantCulture, $"The {name} is {judged:G4}, the rule asks for {rule.Condition}");
        if (rule.OnSeeds is int needed)
        {
            int passing = seeds.Count(seed => rule.Condition.Holds(Combine(compare.As, own.Values[seed], other.Values.GetValueOrDefault(seed))));
            holds = passing >= needed;
            found = string.Create(CultureInfo.InvariantCulture, $"The value passes on {Count(passing)}, the rule asks for {rule.Condition} on {needed}");
        }

        Verdict verdict = (holds, estimateHolds, own.Modelled || other.Modelled) switch
        {
            (true, _, true) => Verdict.Modelled,
            (true, _, false) => Verdict.Reproduced,
            (false, true, false) => Verdict.Partly,
            _ => Verdict.NotReproduced,
        };
        string items = rule.PairedBy == Pairing.Item ? string.Create(CultureInfo.InvariantCulture, $"{own.Items[seeds[0]].Length} items, ") : "";
        return new ClaimVerdict(claim, verdict, figure, count, $"{found}; {items}{Count(count)}.");
    }

    private static string? ControlFailure(Claim claim, ClaimControl control, IReadOnlyList<ClaimResult> results)
    {
        string metric = control.Metric ?? claim.Metric;
        IReadOnlyDictionary<string, string> at = control.At ?? claim.Compare.At;
        Sample own = Sample.Of(results, control.Arm, metric, at), other = Sample.Of(results, control.With, metric, at);
        if (own.Values.Count == 0 || (control.With is not null && other.Values.Count == 0))
        {
            return $"The control has no figure {metric} of \"{(own.Values.Count == 0 ? control.Arm : control.With)}\"{Place(at)}.";
        }

        double value = Combine(control.As, own.Values.Values.Average(), control.With is null ? 0 : other.Values.Values.Average());
        return control.Must.Holds(value) ? null : string.Create(CultureInfo.InvariantCulture, $"The control failed: {metric} of \"{control.Arm}\" is {value:G4}, but must be {control.Must}.");
    }

    private static string? ItemFailure(ClaimComparison compare, Sample own, Sample other, long[] seeds)
    {
        int[] counts = [.. seeds.SelectMany(seed => compare.With is null ? [own.Items[seed].Length] : new[] { own.Items[seed].Length, other.Items[seed].Length }).Distinct().Order()];
        return counts is [> 0] ? null : $"There is no interval over items: arms and seeds have {string.Join(" or ", counts)} of them.";
    }

    private static Interval Figure(Claim claim, Sample own, Sample other, long[] seeds, bool paired)
    {
        ClaimFigure figure = claim.Compare.As;
        double confidence = claim.HoldsIf.Confidence;
        RandomStream random = new(0, "claims", claim.Id);
        if (claim.Compare.With is null || paired)
        {
            (double Own, double Other)[] pairs = claim.HoldsIf.PairedBy == Pairing.Item
                ? [.. own.Items[seeds[0]].Select((_, i) => (seeds.Average(seed => own.Items[seed][i]), claim.Compare.With is null ? 0 : seeds.Average(seed => other.Items[seed][i])))]
                : [.. seeds.Select(seed => (own.Values[seed], other.Values.GetValueOrDefault(seed)))];
            return Bootstrap.Of(pairs, drawn => Combine(figure, Mean(drawn, first: true), Mean(drawn, first: false)), random, confidence);
        }

        // The arms ran independently, so each is drawn on its own.
        double[] a = [.. own.Values.Values], b = [.. other.Values.Values];
        Interval spread = Bootstrap.Of([0], _ => Combine(figure, Resampled(a, random), Resampled(b, random)), random, confidence);
        return spread with { Estimate = Combine(figure, a.Average(), b.Average()) };
    }

    private static double Resampled(double[] values, RandomStream random)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += values[random.NextInt(values.Length)];
        }

        return sum / values.Length;
    }

    private static double Mean(ReadOnlySpan<(double Own, double Other)> drawn, bool first)
    {
        double sum = 0;
        foreach ((double own, double other) in drawn)
        {
            sum += first ? own : other;
        }

        return sum / drawn.Length;
    }

    private static double Combine(ClaimFigure figure, double own, double other) => figure switch
    {
        ClaimFigure.Difference => own - other,
        ClaimFigure.Ratio => own / other,
        _ => own,
    };

    private static string Count(int seeds) => seeds == 1 ? "1 seed" : string.Create(CultureInfo.InvariantCulture, $"{seeds} seeds");

    private static string Place(IReadOnlyDictionary<string, string> at) => at.Count == 0 ? Everywhere : $" at {ClaimResult.PlaceOf(at)}";

    /// <summary>The values of one arm by seed, several at one seed averaged, and their items one after the other.</summary>
    private sealed record Sample(IReadOnlyDictionary<long, double> Values, IReadOnlyDictionary<long, double[]> Items, bool Modelled)
    {
        public static Sample Of(IReadOnlyList<ClaimResult> results, string? arm, string metric, IReadOnlyDictionary<string, string> at)
        {
            ClaimResult[] own = [.. results.Where(result => result.Arm == arm && result.Metric == metric && at.All(pair => result.At.TryGetValue(pair.Key, out string? value) && value == pair.Value))];
            ILookup<long, ClaimResult> seeds = own.ToLookup(result => result.Seed);
            return new Sample(seeds.ToDictionary(seed => seed.Key, seed => seed.Average(result => result.Value)), seeds.ToDictionary(seed => seed.Key, seed => seed.SelectMany(result => result.Items).ToArray()), own.Any(result => result.Modelled));
        }
    }
}
