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
        Architecture family = Find(json)
            ?? throw new PalimpsestException($"{json.Path}: architecture \"{named}\" is not known. Known: {string.Join(", ", All.SelectMany(family => family.Names))}.");
        if (json.Part("quantization_config") is ConfigReader quantised)
        {
            throw json.Bad(
                $"the weights are quantised (quantization_config: {quantised.Text("quant_method", "of an unnamed method")}), which is not supported; "
                + "save the model in float32 or bfloat16 with the program that quantised it, or take a GGUF file");
        }

        return json.ModelType.Length == 0 || json.ModelType == family.ModelType ? family : throw json.Bad(
            $"model_type \"{json.ModelType}\" and architectures \"{named}\" contradict each other; with that architecture it is \"{family.ModelType}\"");
    }
}
