using System.Globalization;

namespace Palimpsest.Data.Gguf;

/// <summary>The shape and constants of a Llama model, from the keys <c>llama.*</c>.</summary>
public sealed record GgufLlamaSettings
{
    private const int Largest = 1 << 24;

    /// <summary>Positions: <c>llama.context_length</c>.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Width of the residual stream: <c>llama.embedding_length</c>.</summary>
    public required int EmbeddingLength { get; init; }

    /// <summary>Layers: <c>llama.block_count</c>.</summary>
    public required int BlockCount { get; init; }

    /// <summary>Inner width of the gated layer: <c>llama.feed_forward_length</c>.</summary>
    public required int FeedForwardLength { get; init; }

    /// <summary>Query heads: <c>llama.attention.head_count</c>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key and value heads: <c>llama.attention.head_count_kv</c>, or as many as query heads.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Width of a head: <c>llama.attention.key_length</c>, or the width of the stream divided by the query heads.</summary>
    public required int HeadLength { get; init; }

    /// <summary>Epsilon of the norms: <c>llama.attention.layer_norm_rms_epsilon</c>, an f32.</summary>
    public required double RmsEpsilon { get; init; }

    /// <summary>Base of the rotary frequencies: <c>llama.rope.freq_base</c>, or 10,000.</summary>
    public required double RopeBase { get; init; }

    /// <summary>Stretching of the rotary embedding, or null for none.</summary>
    public GgufRopeScaling? RopeScaling { get; init; }

    /// <summary>Divisors of the rotary frequencies, one for each pair, from the tensor <c>rope_freqs.weight</c>; null for none. This is how files hold Llama 3's scaling.</summary>
    public IReadOnlyList<float>? RopeDivisors { get; init; }

    /// <summary>Tokens: rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>True when there is no <c>output.weight</c>, so that the embedding is used instead.</summary>
    public required bool TiedOutput { get; init; }

    /// <summary>Reads the settings of a file.</summary>
    /// <exception cref="GgufException">The file holds another architecture, lacks a key, or asks for something that no Llama model of one shape in all layers can do.</exception>
    public static GgufLlamaSettings Read(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        GgufMetadata metadata = file.Metadata;
        string architecture = metadata.Text("general.architecture"), type = metadata.FindText("general.type") ?? "model";
        if (architecture != "llama" || type != "model")
        {
            throw metadata.Bad(GgufProblem.Unsupported, $"is of the type \"{type}\" and the architecture \"{architecture}\"; supported: model, llama");
        }

        if (metadata.FindInteger("llama.expert_count") is > 0)
        {
            throw metadata.Bad(GgufProblem.Unsupported, "holds a mixture of experts, which is not supported");
        }

        int embedding = metadata.Integer("llama.embedding_length", 1, Largest), blocks = metadata.Integer("llama.block_count", 1, 10_000);
        int heads = SameInAllBlocks(metadata, "llama.attention.head_count", blocks) ?? throw metadata.Missing("llama.attention.head_count");
        int length = metadata.FindInteger("llama.attention.key_length", 1, Largest) ?? embedding / heads;
        if ((metadata.FindInteger("llama.attention.value_length") ?? length) != length || (metadata.FindInteger("llama.rope.dimension_count") ?? length) != length)
        {
            throw metadata.Bad(GgufProblem.Unsupported, $"has heads of {length} whose values are of another width, or of which only a part is rotated; neither is supported");
        }

        GgufTensor embeddings = file["token_embd.weight"];
        return new GgufLlamaSettings
        {
            ContextLength = metadata.Integer("llama.context_length", 1, int.MaxValue),
            EmbeddingLength = embedding,
            BlockCount = blocks,
            FeedForwardLength = SameInAllBlocks(metadata, "llama.feed_forward_length", blocks) ?? throw metadata.Missing("llama.feed_forward_length"),
            HeadCount = heads,
            KeyValueHeadCount = SameInAllBlocks(metadata, "llama.attention.head_count_kv", blocks) ?? heads,
            HeadLength = length,
            RmsEpsilon = metadata.Number("llama.attention.layer_norm_rms_epsilon"),
            RopeBase = metadata.FindNumber("llama.rope.freq_base") ?? 10_000,
            RopeScaling = Scaling(metadata),
            RopeDivisors = Divisors(file, length),
            VocabularySize = Vocabulary(metadata, embeddings),
            TiedOutput = file.Find("output.weight") is null,
        };
    }

    // Files of models whose layers differ give an array instead of a number.
    private static int? SameInAllBlocks(GgufMetadata metadata, string key, int blocks)
    {
        if (!metadata.Values.TryGetValue(key, out GgufValue? value) || value.Type != GgufValueType.Array)
        {
            return metadata.FindInteger(key, 1, Largest);
        }

        IReadOnlyList<long> numbers = metadata.FindIntegers(key)!;
        return numbers.Count == blocks && numbers.All(number => number == numbers[0] && number is >= 1 and <= Largest)
            ? (int)numbers[0]
            : throw metadata.Wrong(key, string.Create(CultureInfo.InvariantCulture, $"one number, or the same one for each of {blocks} blocks"));
    }

    private static GgufRopeScaling? Scaling(GgufMetadata metadata)
    {
        const string key = "llama.rope.scaling.";

        // Files from before the type was stored hold only a linear factor, under another name.
        string? type = metadata.FindText(key + "type");
        if (type is null && metadata.FindNumber("llama.rope.scale_linear") is double linear && linear != 1)
        {
            return new GgufRopeScaling("linear", linear, null, null, null, null);
        }

        return type is null or "none"
            ? null
            : new GgufRopeScaling(
                type,
                metadata.FindNumber(key + "factor") ?? 1,
                metadata.FindInteger(key + "original_context_length", 1, int.MaxValue),
                metadata.FindNumber(key + "attn_factor") ?? metadata.FindNumber(key + "yarn_attn_factor"),
                metadata.FindNumber(key + "yarn_beta_fast"),
                metadata.FindNumber(key + "yarn_beta_slow"));
    }

    private static float[]? Divisors(GgufFile file, int headLength)
    {
        if (file.Find(GgufLlamaNames.RopeDivisors) is not GgufTensor tensor)
        {
            return null;
        }

        if (tensor.Count != headLength / 2)
        {
            throw file.Metadata.Bad(GgufProblem.WrongValue, $"tensor \"{tensor.Name}\" has {tensor.Count} elements; heads of {headLength} need {headLength / 2}");
        }

        float[] divisors = new float[tensor.Count];
        file.Dequantize(tensor, divisors);
        return divisors;
    }

    private static int Vocabulary(GgufMetadata metadata, GgufTensor embeddings)
    {
        long rows = embeddings.Shape[0];
        long? tokens = metadata.FindTexts(GgufVocabulary.TokensKey)?.Count, declared = metadata.FindInteger("llama.vocab_size");
        return rows <= Largest && (tokens ?? rows) == rows && (declared ?? rows) == rows
            ? (int)rows
            : throw metadata.Bad(GgufProblem.WrongValue, $"tensor \"{embeddings.Name}\" has {rows} rows; the metadata name {tokens ?? declared} tokens");
    }
}
