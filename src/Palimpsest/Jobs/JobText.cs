using Palimpsest.Evaluation;
using Palimpsest.Numerics;

namespace Palimpsest.Jobs;

/// <summary>Figures as people read them, for reports and for the terminal.</summary>
public static class JobText
{
    /// <summary>"12 MB"</summary>
    public static string Bytes(double bytes) => bytes < 1e6 ? Invariant($"{bytes / 1e3:F0} kB") : bytes < 1e9 ? Invariant($"{bytes / 1e6:F0} MB") : Invariant($"{bytes / 1e9:F2} GB");

    /// <summary>"41.2 s"</summary>
    public static string Seconds(double seconds) => seconds < 120 ? Invariant($"{seconds:F1} s") : seconds < 7200 ? Invariant($"{seconds / 60:F1} min") : Invariant($"{seconds / 3600:F1} h");

    /// <summary>"31.2% [25.0%, 37.5%]"</summary>
    public static string WithInterval(Measurement measurement, Interval interval) =>
        $"{measurement.Show(interval.Estimate)} [{measurement.Show(interval.Lower)}, {measurement.Show(interval.Upper)}]";

    /// <summary>"+56.3 points [48.1, 64.4]", or "+1.2% [0.8, 1.6]" for a perplexity.</summary>
    public static string Change(Measurement measurement, Interval change) => measurement.Unit switch
    {
        MeasurementUnit.Perplexity => $"{(change.Estimate > 1 ? "+" : "")}{Percent(change.Estimate)}% [{Percent(change.Lower)}, {Percent(change.Upper)}]",
        MeasurementUnit.Share => Invariant($"{100 * change.Estimate:+0.0;-0.0;0.0} points [{100 * change.Lower:F1}, {100 * change.Upper:F1}]"),
        _ => Invariant($"{change.Estimate:+0.000;-0.000;0.000} [{change.Lower:F3}, {change.Upper:F3}]"),
    };

    // Of a factor; one between perplexities can have hundreds of digits.
    private static string Percent(double factor) =>
        (100 * (factor - 1)).ToString(Math.Abs(factor) < 1e6 ? "0.0" : "0.00e+0", System.Globalization.CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
