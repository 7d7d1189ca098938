using System.Text.Json;
using Palimpsest.Tests.Unlearning;

namespace Palimpsest.Tests.Federation;

/// <summary>Reference values of federated algorithms, made in f64, in the folder that PALIMPSEST_DATA names.</summary>
internal static class FederationData
{
    /// <summary>A file below <c>golden</c>, or null without it.</summary>
    public static string? Find(params string[] path) =>
        Path.Combine([Environment.GetEnvironmentVariable("PALIMPSEST_DATA") ?? "none", "golden", .. path]) is string file && File.Exists(file) ? file : null;

    /// <summary>A JSON file.</summary>
    public static JsonElement Json(params string[] path) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Find(path)!));

    /// <summary>A row for each key of an object in a file; none without the file.</summary>
    public static IEnumerable<TheoryDataRow<string>> Keys(string member, params string[] path) => Find(path) is null ? []
        : Json(path).GetProperty(member).EnumerateObject().Select(entry => new TheoryDataRow<string>(entry.Name));

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];

    public static double[][] Rows(JsonElement array) => [.. array.EnumerateArray().Select(Numbers)];

    /// <summary>Equal to a millionth of the largest expected magnitude: results are f32.</summary>
    public static void Near(IEnumerable<double> expected, ReadOnlySpan<float> actual, string where) => MergingData.Near(expected, actual.ToArray(), where);
}
