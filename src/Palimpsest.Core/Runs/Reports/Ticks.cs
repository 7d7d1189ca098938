using System.Globalization;

namespace Palimpsest.Runs.Reports;

/// <summary>Round numbers along an axis: multiples of 1, 2, 2.5 or 5 times a power of ten.</summary>
/// <param name="Values">2 to 8 numbers, ascending.</param>
/// <param name="Labels">The numbers as text, with equally many decimals.</param>
internal sealed record Ticks(IReadOnlyList<double> Values, IReadOnlyList<string> Labels)
{
    /// <summary>Beyond this a number is not drawn: sums of such numbers would not be finite.</summary>
    public const double Largest = 1e300;

    private const int Intervals = 4;
    private static readonly double[] Steps = [1, 2, 2.5, 5, 10];

    public double First => Values[0];

    public double Last => Values[^1];

    /// <summary>Ticks from at or below <paramref name="low"/> to at or above <paramref name="high"/>. A range too narrow for distinct labels is widened.</summary>
    /// <param name="low">At least -1e300.</param>
    /// <param name="high">At least <paramref name="low"/>, at most 1e300.</param>
    public static Ticks Covering(double low, double high)
    {
        if (!(low <= high && Math.Abs(low) <= Largest && Math.Abs(high) <= Largest))
        {
            throw new ArgumentOutOfRangeException(nameof(high), high, "A range ascends between -1e300 and 1e300.");
        }

        double magnitude = Math.Max(Math.Abs(low), Math.Abs(high));
        if (magnitude < 1 / Largest)
        {
            // Nothing but zeros, as far as anybody could see.
            (low, high) = (low < 0 ? -1 : 0, high > 0 || low == 0 ? 1 : 0);
        }
        else if (high - low < 1e-5 * magnitude)
        {
            (low, high) = (low - (magnitude / 10), high + (magnitude / 10));
        }

        double rough = (high - low) / Intervals;
        int power = (int)Math.Floor(Math.Log10(rough));
        double step = Array.Find(Steps, candidate => Scaled(candidate, power) >= rough);
        if (step == 0)
        {
            step = Steps[^1]; // The logarithm was rounded down over a power of ten.
        }

        double first = Math.Floor(low / Scaled(step, power)), last = Math.Ceiling(high / Scaled(step, power));
        first -= Scaled(first * step, power) > low ? 1 : 0;
        last += Scaled(last * step, power) < high ? 1 : 0;
        double[] values = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => Scaled((first + i) * step, power))];
        return new Ticks(values, [.. values.Select(value => Label(value, Math.Max(0, (step == 2.5 ? 1 : 0) - power), values))]);
    }

    /// <summary>Ticks of a logarithmic axis: 1, 2 and 5 times the powers of ten within a range, fewer where it is long; its ends where it holds no two of them.</summary>
    /// <param name="low">At least 1e-300.</param>
    /// <param name="high">At least <paramref name="low"/>, at most 1e300.</param>
    public static Ticks Logarithmic(double low, double high)
    {
        if (!(low >= 1 / Largest && low <= high && high <= Largest))
        {
            throw new ArgumentOutOfRangeException(nameof(high), high, "A range ascends between 1e-300 and 1e300.");
        }

        int first = (int)Math.Floor(Math.Log10(low)), last = (int)Math.Ceiling(Math.Log10(high)), decades = last - first;
        double[] mantissas = decades <= 3 ? [1, 2, 5] : [1];
        int every = Math.Max(1, (decades + 7) / 8);
        double[] values = [.. Enumerable.Range(first, decades + 1).Where(power => power % every == 0).SelectMany(power => mantissas.Select(mantissa => Scaled(mantissa, power))).Where(value => value >= low && value <= high)];
        values = values.Length > 1 ? values : low < high ? [low, high] : [low];
        return new Ticks(values, [.. values.Select(value => value is >= 1e6 or < 1e-3 ? value.ToString("0.###e0", CultureInfo.InvariantCulture) : value.ToString("#,0.######", CultureInfo.InvariantCulture))]);
    }

    /// <summary>The ticks that lie in a range, where the axis ends with the data.</summary>
    public Ticks Within(double low, double high)
    {
        int[] kept = [.. Enumerable.Range(0, Values.Count).Where(i => Values[i] >= low && Values[i] <= high)];
        return new Ticks([.. kept.Select(i => Values[i])], [.. kept.Select(i => Labels[i])]);
    }

    // Dividing by a power of ten gives the nearest number (3 / 10 is 0.3), multiplying by 0.1 does not.
    private static double Scaled(double value, int power) => power < 0 ? value / Math.Pow(10, -power) : value * Math.Pow(10, power);

    private static string Label(double value, int decimals, double[] all)
    {
        double magnitude = all.Max(Math.Abs);
        if (value == 0)
        {
            return "0";
        }

        return magnitude is >= 1e6 or < 1e-3 || decimals > 6
            ? value.ToString("0.########e0", CultureInfo.InvariantCulture)
            : value.ToString(string.Create(CultureInfo.InvariantCulture, $"N{decimals}"), CultureInfo.InvariantCulture).Replace('-', '\u2212');
    }
}
