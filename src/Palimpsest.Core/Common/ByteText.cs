using System.Globalization;

namespace Palimpsest.Common;

/// <summary>Amounts of memory as people type and read them: a number and a unit, <c>kB</c>, <c>MB</c>, <c>GB</c>, <c>TB</c> in powers of 1,000 and
/// <c>KiB</c>, <c>MiB</c>, <c>GiB</c>, <c>TiB</c> in powers of
/// 1,024, or <c>B</c>.</summary>
public static class ByteText
{
    private static readonly (string Unit, double Factor)[] s_units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ];

    /// <summary>Reads an amount; a unit is needed, and its letters are not guessed at.</summary>
    /// <param name="text">Such as <c>40GB</c> or <c>0.5TiB</c>.</param>
    /// <param name="bytes">At least 1.</param>
    public static bool TryRead(string? text, out double bytes)
    {
        foreach ((string unit, double factor) in s_units)
        {
            if (text is not null && text.EndsWith(unit, StringComparison.Ordinal))
            {
                bool read = NumberText.TryReal(text[..^unit.Length], out double number) && number * factor is >= 1 and < 1e18;
                bytes = read ? number * factor : 0;
                return read;
            }
        }

        bytes = 0;
        return false;
    }

    /// <summary>The way out for a text that is no amount, beginning in lower case.</summary>
    public static string WayOut(string? text) => NumberText.TryReal(text, out _)
        ? $"write a unit: {text}GB is {text} x 10^9 bytes, {text}GiB is {text} x 2^30"
        : "write a number and a unit without a space, such as 40GB (10^9 bytes) or 40GiB (2^30); "
            + $"units: {string.Join(", ", s_units.Select(item => item.Unit))}";

    /// <summary>"26.03 GB", three or four digits in powers of 1,000.</summary>
    public static string Show(double bytes)
    {
        (string unit, double factor) = s_units.Where(item => item.Unit.Length < 3).OrderByDescending(item => item.Factor)
            .FirstOrDefault(item => bytes >= item.Factor, ("B", 1));
        double shown = bytes / factor;
        string form = shown >= 100 || factor == 1 ? "F0" : shown >= 10 ? "F1" : "F2";
        return $"{shown.ToString(form, CultureInfo.InvariantCulture)} {unit}";
    }
}
