namespace Palimpsest.Models.Transformers;

/// <summary>The shape of an encoder of the kind of BERT. The family says how its tensors are named.</summary>
/// <remarks>Devlin et al., BERT, arXiv 1810.04805; Liu et al., RoBERTa, arXiv 1907.11692; Sanh et al., DistilBERT, arXiv 1910.01108.</remarks>
public sealed record EncoderConfig : ModelConfig
{
    internal EncoderConfig(EncoderArchitecture architecture) => Architecture = architecture;

    /// <summary>Kinds of segments; none where the family tells the texts of a pair apart by their separator alone.</summary>
    public int SegmentTypes { get; init; }

    /// <summary>The activation's name in <c>config.json</c>.</summary>
    public required string Activation { get; init; }

    /// <summary>What stands on top.</summary>
    public EncoderHead Head { get; init; }

    /// <summary>Whether a bare encoder has the layer over the first token that the first training left; the checkpoint says so.</summary>
    public bool Pooler { get; init; }

    internal override EncoderArchitecture Architecture { get; }

    internal override string EmbeddingName => Inner("embeddings.word_embeddings.weight");

    internal override string? HeadName => Head switch
    {
        EncoderHead.MaskedLanguage => Architecture.Masked.Output + ".weight",
        EncoderHead.Classification => Architecture.Classifier.Output + ".weight",
        _ => null,
    };

    /// <summary>The first row of the table of positions that a text takes.</summary>
    internal int FirstPosition => Architecture.FirstPosition(this);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, long[] Shape)> Parameters() => Architecture.Parameters(this);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Tied()
    {
        Dictionary<string, string> tied = new(base.Tied(), StringComparer.Ordinal);
        if (Head == EncoderHead.MaskedLanguage && Architecture.Masked.Output + ".bias" is string alias && alias != Architecture.Masked.Bias)
        {
            tied[alias] = Architecture.Masked.Bias;
        }

        return tied;
    }

    internal override EncoderConfig WithLabels(IReadOnlyList<string> labels) =>
        this with { Head = EncoderHead.Classification, Labels = [.. labels], TiedEmbeddings = false };

    internal override bool IsLookup(string name) =>
        base.IsLookup(name) || name == Inner("embeddings.position_embeddings.weight") || name == Inner("embeddings.token_type_embeddings.weight");

    /// <summary>The name of a part of the encoder below its head; the bare encoder's checkpoints have no prefix.</summary>
    internal string Inner(string name) => Head == EncoderHead.None ? name : Architecture.Prefix + name;
}
