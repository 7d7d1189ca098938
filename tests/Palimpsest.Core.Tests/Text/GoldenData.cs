using System.Text.Json;

namespace Palimpsest.Tests.Text;

/// <summary>Reference data that is not part of the repository: the folder that PALIMPSEST_DATA names. Without it the theories have no rows.</summary>
internal static class GoldenData
{
    public static string? Folder { get; } = Find("golden", "tokenizers");

    public static string? Find(params string[] names)
    {
        string? root = Environment.GetEnvironmentVariable("PALIMPSEST_DATA");
        string path = Path.Combine([root ?? "", .. names]);
        return !string.IsNullOrEmpty(root) && (Directory.Exists(path) || File.Exists(path)) ? path : null;
    }

    public static IEnumerable<JsonElement> Lines(string path) => File.ReadLines(path).Select(line => JsonSerializer.Deserialize<JsonElement>(line));

    public static int[] Numbers(JsonElement line, string name, int[] otherwise) =>
        line.TryGetProperty(name, out JsonElement value) ? [.. value.EnumerateArray().Select(number => number.GetInt32())] : otherwise;

    public static string Text(JsonElement line, string name, string otherwise = "") => line.TryGetProperty(name, out JsonElement value) ? value.GetString()! : otherwise;

    /// <summary>All cases must be equal. Shows the first few that are not.</summary>
    public static void AssertEqual(IReadOnlyCollection<string> unequal, int total)
    {
        Assert.NotEqual(0, total);
        Assert.True(unequal.Count == 0, $"{unequal.Count} of {total} differ:\n{string.Join('\n', unequal.Take(5))}");
    }
}
