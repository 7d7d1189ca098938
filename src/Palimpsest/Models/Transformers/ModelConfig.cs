namespace Palimpsest.Models.Transformers;

/// <summary>The shape of a transformer: what every family has, decoder or encoder.</summary>
public abstract record ModelConfig
{
    /// <summary>Rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Inner width of the layer behind the attention.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Longest sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Added to the mean square or the variance in the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Standard deviation of fresh weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Whether the embedding is the output matrix too.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>The token a sequence begins with, if any.</summary>
    public int? BeginToken { get; init; }

    /// <summary>The tokens a text may end with.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>The token that fills up a batch, if any.</summary>
    public int? PadToken { get; init; }

    /// <summary>Names of the classes, where the model has a classification head; none for any other model.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The family.</summary>
    internal abstract Architecture Architecture { get; }

    /// <summary>The name of the token embedding's matrix.</summary>
    internal abstract string EmbeddingName { get; }

    /// <summary>
    /// The name of the output matrix, which is tied to the embedding or a tensor of its own; of a classifier, that of its head. Null where nothing gives
    /// scores.
    /// </summary>
    internal abstract string? HeadName { get; }

    /// <summary>
    /// The tensors of the model in the order of the flat vector, with Hugging Face's names; matrices are [out, in], also where a checkpoint stores them
    /// transposed.
    /// </summary>
    public abstract IEnumerable<(string Name, long[] Shape)> Parameters();

    /// <summary>Aliases of tied tensors.</summary>
    public virtual IReadOnlyDictionary<string, string> Tied() =>
        TiedEmbeddings && HeadName is not null ? new Dictionary<string, string>(StringComparer.Ordinal) { [HeadName] = EmbeddingName } : [];

    /// <summary>
    /// Floating-point operations of a training step for each token: 6 for each parameter of a matrix, and 12 x layers x sequence x width for the attention.
    /// </summary>
    public double TrainingFlopsPerToken(int sequence) =>
        (6.0 * Parameters().Where(p => p.Shape.Length == 2 && !IsLookup(p.Name)).Sum(p => (double)p.Shape[0] * p.Shape[1]))
        + (12.0 * Layers * sequence * Heads * HeadWidth);

    /// <summary>The same model with a classification head.</summary>
    internal abstract ModelConfig WithLabels(IReadOnlyList<string> labels);

    /// <summary>Whether Hugging Face's checkpoints hold this matrix as [in, out].</summary>
    internal virtual bool IsStoredTransposed(string name) => false;

    /// <summary>Whether this is the token embedding, the output matrix or a table of positions: what lies outside the hidden layers.</summary>
    internal bool IsEmbedding(string name) => name == EmbeddingName || name == HeadName || IsLookup(name);

    /// <summary>Whether a parameter is the weight or the bias of what gives the scores.</summary>
    internal bool IsHead(string name) => HeadName is string head && name.StartsWith(head[..^"weight".Length], StringComparison.Ordinal);

    /// <summary>Whether rows of this matrix are only looked up, so that it costs no products.</summary>
    internal virtual bool IsLookup(string name) => name == EmbeddingName && !TiedEmbeddings;
}
