using System.Globalization;
using System.Text.Json.Serialization;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Evaluation;

/// <summary>A figure together with the items it was measured on, so that intervals and paired comparisons can be computed.</summary>
/// <remarks>The figure is sum(numerators) / sum(denominators), for a perplexity its exponential: right answers over questions, nats over tokens.</remarks>
public sealed record Measurement
{
    /// <summary>Short name, such as <c>facts_choice</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>Name for people.</summary>
    public required string Label { get; init; }

    /// <summary>What the figure is.</summary>
    public required MeasurementUnit Unit { get; init; }

    /// <summary>One an item.</summary>
    public required IReadOnlyList<double> Numerators { get; init; }

    /// <summary>One an item.</summary>
    public required IReadOnlyList<double> Denominators { get; init; }

    /// <summary>The value that guessing reaches, if there is one.</summary>
    public double? Chance { get; init; }

    /// <summary>The figure.</summary>
    [JsonIgnore]
    public double Value => Of([.. Numerators.Zip(Denominators)]);

    /// <summary>Bootstrap interval over the items, 95%.</summary>
    /// <param name="random">Draws the resamples.</param>
    public Interval Interval(RandomStream random) => Bootstrap.Of([.. Numerators.Zip(Denominators)], Of, random);

    /// <summary>Bootstrap interval of the change from another measurement of the same items: a difference of shares, a ratio of perplexities.</summary>
    /// <param name="before">The other measurement.</param>
    /// <param name="random">Draws the resamples.</param>
    /// <exception cref="ArgumentException">The items are not the same.</exception>
    public Interval ChangeFrom(Measurement before, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(before);
        if (before.Metric != Metric || before.Numerators.Count != Numerators.Count)
        {
            throw new ArgumentException("The two were not measured on the same items.", nameof(before));
        }

        (double, double, double, double)[] pairs = [.. Enumerable.Range(0, Numerators.Count).Select(i => (Numerators[i], Denominators[i], before.Numerators[i], before.Denominators[i]))];
        return Bootstrap.Of<(double Own, double OwnCount, double Old, double OldCount)>(
            pairs,
            drawn =>
            {
                (double own, double ownCount, double old, double oldCount) = (0, 0, 0, 0);
                foreach ((double Own, double OwnCount, double Old, double OldCount) item in drawn)
                {
                    (own, ownCount, old, oldCount) = (own + item.Own, ownCount + item.OwnCount, old + item.Old, oldCount + item.OldCount);
                }

                return Unit == MeasurementUnit.Perplexity ? Math.Exp((own / ownCount) - (old / oldCount)) : (own / ownCount) - (old / oldCount);
            },
            random);
    }

    /// <summary>Adds up items that belong together, such as several questions about one fact, so that intervals treat them as one.</summary>
    /// <param name="groups">The group of each item; null keeps the items apart.</param>
    public Measurement Grouped(IReadOnlyList<int>? groups)
    {
        if (groups is null)
        {
            return this;
        }

        int[][] members = [.. Enumerable.Range(0, Numerators.Count).GroupBy(i => groups[i]).Select(group => group.ToArray())];
        return this with { Numerators = [.. members.Select(items => items.Sum(i => Numerators[i]))], Denominators = [.. members.Select(items => items.Sum(i => Denominators[i]))] };
    }

    /// <summary>The figure for claims, with its items where they average to it.</summary>
    /// <param name="arm">What was measured.</param>
    /// <param name="seed">The seed of the run.</param>
    public ClaimResult ToResult(string arm, long seed) => new(arm, Metric, seed, Value)
    {
        // An item weighs as much as its denominator: scaled so that the plain mean of the items is the figure. A perplexity is no mean of its items.
        Items = Unit == MeasurementUnit.Perplexity || Numerators.Count == 0
            ? [] : [.. Numerators.Select(numerator => numerator * Numerators.Count / Denominators.Sum())],
    };

    /// <summary>A value as a reader wants it: 93.3% or 5.42.</summary>
    public string Show(double value) => Unit switch
    {
        MeasurementUnit.Share => string.Create(CultureInfo.InvariantCulture, $"{100 * value:F1}%"),
        MeasurementUnit.Perplexity => value.ToString(Math.Abs(value) < 1e6 ? "F2" : "0.00e+0", CultureInfo.InvariantCulture), // it can have hundreds of digits
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:F3}"),
    };

    private double Of(ReadOnlySpan<(double First, double Second)> items)
    {
        (double numerator, double denominator) = (0, 0);
        foreach ((double first, double second) in items)
        {
            (numerator, denominator) = (numerator + first, denominator + second);
        }

        double ratio = numerator / denominator;
        return Unit == MeasurementUnit.Perplexity ? Math.Exp(ratio) : ratio;
    }
}
