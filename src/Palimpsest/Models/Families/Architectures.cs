using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Families;

/// <summary>The families that can be loaded: a new one is one line here.</summary>
internal static class Architectures
{
    public static IReadOnlyList<Architecture> All { get; } =
        [LlamaArchitecture.Instance, Gpt2Architecture.Instance, BertArchitecture.Instance, DistilBertArchitecture.Instance, RobertaArchitecture.Instance];

    /// <summary>The family of a configuration, or null.</summary>
    public static Architecture? Find(ConfigReader json) =>
        All.FirstOrDefault(family => json.Architecture.Length > 0 ? family.Names.Contains(json.Architecture) : family.ModelType == json.ModelType);

    /// <summary>The family of a configuration.</summary>
    /// <exception cref="PalimpsestException">It is not known; the message names those that are.</exception>
    public static Architecture Of(ConfigReader json)
    {
        string named = json.Architecture.Length > 0 ? json.Architecture : json.ModelType.Length > 0 ? json.ModelType : "none";
        return Find(json)
            ?? throw new PalimpsestException($"{json.Path}: architecture \"{named}\" is not known. Known: {string.Join(", ", All.SelectMany(family => family.Names))}.");
    }
}
