using System.Globalization;

namespace Palimpsest.Numerics;

/// <summary>An estimate with a two-sided interval around it.</summary>
/// <param name="Estimate">The figure itself.</param>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Confidence">Coverage that the interval aims at, such as 0.95.</param>
public readonly record struct Interval(double Estimate, double Lower, double Upper, double Confidence = 0.95)
{
    /// <summary>The interval as reports show it, <c>0.87 [0.84, 0.90]</c>: four digits that matter, and all three numbers with as many decimals as the longest needs.</summary>
    public override string ToString()
    {
        string[] texts = [Short(Estimate), Short(Lower), Short(Upper)];

        // Numbers with an exponent, and those that are not finite, stay as they are.
        if (texts.All(text => !text.AsSpan().ContainsAny("EIN")))
        {
            int decimals = texts.Max(text => text.Length - 1 - (text.IndexOf('.', StringComparison.Ordinal) is >= 0 and int point ? point : text.Length - 1));
            texts = [.. new[] { Estimate, Lower, Upper }.Select(value => value.ToString($"F{decimals}", CultureInfo.InvariantCulture))];
        }

        return $"{texts[0]} [{texts[1]}, {texts[2]}]";
    }

    private static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
