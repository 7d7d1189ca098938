using System.Globalization;
using System.Text.Json;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Metrics;

/// <summary>Compares figures with reference values and remembers the worst: one failure names the first few cases that differ, not only the first.</summary>
internal sealed class Reference
{
    private readonly List<string> _unequal = [];
    private int _total;
    private double _worst;

    /// <summary>The reference file if PALIMPSEST_DATA names its folder: one row then, none otherwise.</summary>
    public static IEnumerable<TheoryDataRow<string>> File(string name, string folder = "metrics") =>
        GoldenData.Find("golden", folder, name) is string path ? [new TheoryDataRow<string>(path)] : [];

    public static JsonElement Read(string path) => JsonSerializer.Deserialize<JsonElement>(System.IO.File.ReadAllText(path));

    /// <summary>A number, or a name of one that is not finite.</summary>
    public static double Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDouble();

    public static double[] Numbers(JsonElement value) => [.. value.EnumerateArray().Select(Number)];

    public static int[] Integers(JsonElement value) => [.. value.EnumerateArray().Select(number => number.GetInt32())];

    public static string[] Texts(JsonElement value) => [.. value.EnumerateArray().Select(text => text.GetString()!)];

    public void Close(double expected, double actual, string where, double absolute = 1e-12, double relative = 0)
    {
        _total++;
        double allowed = Math.Max(absolute, relative * Math.Abs(expected)), difference = Math.Abs(expected - actual);
        bool same = expected.Equals(actual) || difference <= allowed;
        _worst = difference > 0 && double.IsFinite(difference) ? Math.Max(_worst, difference / allowed) : _worst;
        if (!same)
        {
            _unequal.Add(string.Create(CultureInfo.InvariantCulture, $"{where}: {actual:R} instead of {expected:R}"));
        }
    }

    public void Close(JsonElement expected, double actual, string where, double absolute = 1e-12, double relative = 0) => Close(Number(expected), actual, where, absolute, relative);

    public void Same<T>(T expected, T actual, string where)
    {
        _total++;
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            _unequal.Add($"{where}: {actual} instead of {expected}");
        }
    }

    /// <summary>Fails if there was no comparison or one of them differed.</summary>
    public void Assert(string what)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {_total} comparisons, worst {_worst:G2} of the tolerance"));
        GoldenData.AssertEqual(_unequal, _total);
    }
}
