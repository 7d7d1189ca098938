using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Families;

/// <summary>The families of causal language models that can be loaded: a new one is one line here.</summary>
internal static class CausalArchitectures
{
    public static IReadOnlyList<ICausalArchitecture> All { get; } = [LlamaArchitecture.Instance, Gpt2Architecture.Instance];

    /// <summary>The family of a configuration.</summary>
    /// <exception cref="PalimpsestException">It is not known; the message names those that are.</exception>
    public static ICausalArchitecture Of(ConfigReader json)
    {
        string named = json.Architecture;
        return All.FirstOrDefault(family => named.Length > 0 ? family.Name == named || family.ClassifierName == named : family.ModelType == json.ModelType)
            ?? throw new PalimpsestException($"{json.Path}: architecture \"{(named.Length > 0 ? named : json.ModelType.Length > 0 ? json.ModelType : "none")}\" is not known. Known: {string.Join(", ", All.SelectMany(family => new[] { family.Name, family.ClassifierName }))}.");
    }
}
