using System.Text.Json.Nodes;
using Palimpsest.Models.Families;
using Palimpsest.Torch;

namespace Palimpsest.Models.Transformers;

/// <summary>
/// A family of models: how its <c>config.json</c> is read and written, how its modules are built, and how checkpoints name its tensors. A family is one file
/// under <c>Families</c> and one line in <see cref="Architectures"/>.
/// </summary>
internal abstract class Architecture
{
    /// <summary>The name in <c>model_type</c>, such as <c>llama</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>The names in <c>architectures</c>, such as <c>LlamaForCausalLM</c>; the first is meant where a file has only <c>model_type</c>.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Which of <see cref="Names"/> a configuration has.</summary>
    public abstract string NameOf(ModelConfig config);

    /// <summary>Reads what <c>config.json</c> says.</summary>
    /// <exception cref="PalimpsestException">A number is missing or wrong, or a feature is not supported.</exception>
    public abstract ModelConfig Read(ConfigReader json);

    /// <summary>Adds the keys of the family to <c>config.json</c>; architecture, type, tokens and classes stand there already.</summary>
    public abstract void Write(ModelConfig config, JsonObject json);

    /// <summary>Builds a model over a store of parameters, which it owns from then on.</summary>
    public abstract TransformerModel Build(ModelConfig config, ParameterStore parameters, TorchContext context);

    /// <summary>Names that a checkpoint may use for a tensor besides its own.</summary>
    public virtual IEnumerable<string> OtherNames(string name) => [];

    /// <summary>Why a tensor of a checkpoint is no parameter of the model, such as a table that is computed here; null if it has no business there.</summary>
    public virtual string? WhyUnused(ModelConfig config, string name) => null;

    /// <summary>The configuration with what is not in <c>config.json</c> but follows from the tensors that a checkpoint holds.</summary>
    /// <param name="config">As it was read.</param>
    /// <param name="stores">Whether the checkpoint holds a tensor under its own or another name.</param>
    public virtual ModelConfig Fit(ModelConfig config, Predicate<string> stores) => config;
}
