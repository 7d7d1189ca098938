using System.Globalization;
using System.Text.Json.Serialization;
using Palimpsest.Numerics;

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
    public double Value => Of(Enumerable.Range(0, Numerators.Count));

    /// <summary>Bootstrap interval over the items.</summary>
    /// <param name="random">Draws the resamples.</param>
    public Interval Interval(RandomStream random) => Bootstrap.Of(Numerators.Count, items => Of(items), random);

    /// <summary>A value as a reader wants it: 93.3% or 5.42.</summary>
    public string Show(double value) => Unit == MeasurementUnit.Share
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:F1}%")
        : string.Create(CultureInfo.InvariantCulture, $"{value:F2}");

    private double Of(IEnumerable<int> items)
    {
        (double numerator, double denominator) = (0, 0);
        foreach (int item in items)
        {
            (numerator, denominator) = (numerator + Numerators[item], denominator + Denominators[item]);
        }

        double ratio = numerator / denominator;
        return Unit == MeasurementUnit.Perplexity ? Math.Exp(ratio) : ratio;
    }
}
