using System.Globalization;

namespace Palimpsest.Numerics;

/// <summary>An estimate with a two-sided interval around it.</summary>
/// <param name="Estimate">The figure itself.</param>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Confidence">Coverage that the interval aims at, such as 0.95.</param>
public readonly record struct Interval(double Estimate, double Lower, double Upper, double Confidence = 0.95)
{
    /// <summary>The interval as reports show it: <c>0.87 [0.84, 0.90]</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Estimate:G4} [{Lower:G4}, {Upper:G4}]");
}
