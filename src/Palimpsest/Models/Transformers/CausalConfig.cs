namespace Palimpsest.Models.Transformers;

/// <summary>The shape of a causal language model, or of a classifier over its last token. A family's own record derives from it.</summary>
public abstract record CausalConfig : ModelConfig
{
    private const string ClassifierHead = "score.weight";

    /// <summary>Key and value heads, a divisor of <see cref="ModelConfig.Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>What the model's <c>generation_config.json</c> says; null where it has none.</summary>
    public GenerationConfig? Generation { get; init; }

    internal abstract override CausalArchitecture Architecture { get; }

    internal sealed override string HeadName => Labels.Count > 0 ? ClassifierHead : "lm_head.weight";

    /// <summary>Rows of the output matrix: tokens, or classes.</summary>
    internal int Outputs => Labels.Count > 0 ? Labels.Count : VocabularySize;

    internal sealed override CausalConfig WithLabels(IReadOnlyList<string> labels) => this with { Labels = [.. labels], TiedEmbeddings = false };
}
