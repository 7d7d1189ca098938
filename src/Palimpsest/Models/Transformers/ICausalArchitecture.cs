using System.Text.Json.Nodes;
using Palimpsest.Models.Families;

namespace Palimpsest.Models.Transformers;

/// <summary>A family of causal language models. A family is one file under <c>Families</c> and one line in <see cref="CausalArchitectures"/>.</summary>
internal interface ICausalArchitecture
{
    /// <summary>The name in <c>architectures</c>, such as <c>LlamaForCausalLM</c>.</summary>
    string Name { get; }

    /// <summary>The name in <c>architectures</c> of a classifier over the last token, such as <c>LlamaForSequenceClassification</c>.</summary>
    string ClassifierName => Name.Replace("ForCausalLM", "", StringComparison.Ordinal).Replace("LMHeadModel", "", StringComparison.Ordinal) + "ForSequenceClassification";

    /// <summary>The name in <c>model_type</c>, such as <c>llama</c>.</summary>
    string ModelType { get; }

    /// <summary>Reads what <c>config.json</c> says.</summary>
    /// <exception cref="PalimpsestException">A number is missing or wrong, or a feature is not supported.</exception>
    CausalConfig Read(ConfigReader json);

    /// <summary>Adds the keys of the family to <c>config.json</c>; architecture, type and tokens stand there already.</summary>
    void Write(CausalConfig config, JsonObject json);

    /// <summary>Builds the modules.</summary>
    CausalNetwork Build(CausalConfig config, ModuleBuilder modules);

    /// <summary>Names that a checkpoint may use for a tensor besides its own.</summary>
    IEnumerable<string> OtherNames(string name) => [];

    /// <summary>Whether a tensor of a checkpoint is a table that is computed here, such as a mask or rotary frequencies.</summary>
    bool IsBuffer(string name) => false;
}
