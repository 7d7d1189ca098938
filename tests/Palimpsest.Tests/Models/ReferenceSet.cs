using System.Text.Json;
using Palimpsest.Evaluation.Parity;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Tests.Models;

/// <summary>
/// The cases of the reference set that PALIMPSEST_DATA names: every folder whose config.json names a family that can be loaded, and the others by the name that
/// keeps them out.
/// </summary>
internal static class ReferenceSet
{
    private static string Root => Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string { Length: > 0 } root ? Path.Combine(root, "golden") : "none";

    /// <summary>A place in the set, whether it is there or not.</summary>
    public static string At(params ReadOnlySpan<string> path) => Path.Combine([Root, .. path]);

    /// <summary>Folders of models.</summary>
    public static IEnumerable<string> Models() => Folders("transformers").Where(folder => IsKnown(folder, "config.json"));

    /// <summary>Folders of adapters on such models.</summary>
    public static IEnumerable<string> Adapters() => Folders("peft").Where(folder => IsKnown(BaseOf(folder), "config.json"));

    /// <summary>Folders with a configuration of a family that cannot be loaded, and its name.</summary>
    public static TheoryData<string, string> Unsupported(string set)
    {
        TheoryData<string, string> cases = [];
        foreach (string folder in Folders(set))
        {
            ConfigReader config = ConfigReader.Open(Path.Combine(set == "peft" ? BaseOf(folder) : folder, "config.json"));
            if (Architectures.Find(config) is null)
            {
                cases.Add(folder, config.Architecture);
            }
        }

        return cases;
    }

    private static IEnumerable<string> Folders(string set)
    {
        string root = Path.Combine(Root, set);
        return !Directory.Exists(root) ? [] : Directory.GetDirectories(root).Where(folder => File.Exists(Path.Combine(folder, References.FileName)))
            .Where(folder => File.Exists(Path.Combine(folder, set == "peft" ? "adapter_config.json" : "config.json"))).Order(StringComparer.Ordinal);
    }

    // Read here and not by the product, which refuses adapters of other families before it says where their base is.
    private static string BaseOf(string folder)
    {
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")));
        return Path.GetFullPath(Path.Combine(folder, config.RootElement.GetProperty("base_model_name_or_path").GetString()!));
    }

    private static bool IsKnown(string folder, string config) => Architectures.Find(ConfigReader.Open(Path.Combine(folder, config))) is not null;
}
