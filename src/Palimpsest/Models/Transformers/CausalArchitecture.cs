using Palimpsest.Torch;

namespace Palimpsest.Models.Transformers;

/// <summary>A family of causal language models, and of classifiers over their last token.</summary>
internal abstract class CausalArchitecture : Architecture
{
    /// <summary>The name in <c>architectures</c>, such as <c>LlamaForCausalLM</c>.</summary>
    public abstract string Name { get; }

    public sealed override IReadOnlyList<string> Names => [Name, ClassifierName];

    private string ClassifierName =>
        Name.Replace("ForCausalLM", "", StringComparison.Ordinal).Replace("LMHeadModel", "", StringComparison.Ordinal) + "ForSequenceClassification";

    public sealed override string NameOf(ModelConfig config) => config.Labels.Count > 0 ? ClassifierName : Name;

    public sealed override CausalConfig Read(ConfigReader json)
    {
        CausalConfig config = ReadShape(json);
        config = json.Architecture == ClassifierName ? config.WithLabels(ClassLabels.Read(json, least: 2)) : config;

        // Decoders say that they are; what a decoder has beside it they say too.
        json.Flag("is_decoder");
        json.RefuseOthers(ConfigKeys.Harmless);
        return config;
    }

    public sealed override CausalModel Build(ModelConfig config, ParameterStore parameters, TorchContext context) =>
        new((CausalConfig)config, parameters, context);

    /// <summary>Some checkpoints say "tied" but store only the head, others say nothing and store only the embedding: what is stored decides.</summary>
    public sealed override ModelConfig Fit(ModelConfig config, Predicate<string> stores) =>
        config.TiedEmbeddings && stores(config.HeadName!) && stores(config.EmbeddingName) ? config with { TiedEmbeddings = false } : config;

    /// <summary>Builds the modules.</summary>
    public abstract CausalNetwork Network(CausalConfig config, ModuleBuilder modules);

    /// <summary>Reads the shape of the language model.</summary>
    protected abstract CausalConfig ReadShape(ConfigReader json);
}
