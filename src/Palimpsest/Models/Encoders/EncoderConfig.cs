using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Encoders;

/// <summary>The shape of a BERT encoder.</summary>
/// <remarks>Devlin et al., BERT, arXiv 1810.04805.</remarks>
public sealed record EncoderConfig
{
    private static readonly (string Name, EncoderHead Head)[] s_architectures = [("BertModel", EncoderHead.None), ("BertForMaskedLM", EncoderHead.MaskedLanguage), ("BertForSequenceClassification", EncoderHead.Classification)];

    /// <summary>Architectures that can be loaded.</summary>
    public static IReadOnlyList<string> KnownArchitectures { get; } = [.. s_architectures.Select(item => item.Name)];

    /// <summary>Rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Inner width of the layer behind the attention.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Longest sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Kinds of segments; the first is used.</summary>
    public required int SegmentTypes { get; init; }

    /// <summary>The activation's name in <c>config.json</c>.</summary>
    public required string Activation { get; init; }

    /// <summary>Added to the variance in the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>What stands on top.</summary>
    public EncoderHead Head { get; init; }

    /// <summary>Classes of <see cref="EncoderHead.Classification"/>.</summary>
    public int Classes { get; init; }

    /// <summary>Whether the checkpoint has the layer over the first token, which a classifier needs.</summary>
    public bool Pooler { get; init; }

    private string Prefix => Head == EncoderHead.None ? "" : "bert.";

    /// <summary>Whether a configuration is one of an encoder.</summary>
    internal static bool Recognises(ConfigReader json) => json.Architecture.Length > 0 ? KnownArchitectures.Contains(json.Architecture) : json.ModelType == "bert";

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="PalimpsestException">A number is missing or wrong, or a feature is not supported.</exception>
    internal static EncoderConfig Read(ConfigReader json, SafetensorsSet weights)
    {
        if (!Recognises(json))
        {
            throw json.Bad($"architecture \"{(json.Architecture.Length > 0 ? json.Architecture : json.ModelType)}\" is no known encoder. Known: {string.Join(", ", KnownArchitectures)}");
        }

        json.Choice("position_embedding_type", ["absolute"], "absolute");
        EncoderHead head = s_architectures.FirstOrDefault(item => item.Name == json.Architecture).Head;
        if (json.Flag("is_decoder") || (head == EncoderHead.MaskedLanguage && !json.Flag("tie_word_embeddings", true)))
        {
            throw json.Bad("a BERT decoder, or one whose output matrix is not its embedding, is not supported");
        }

        int hidden = json.Positive("hidden_size"), heads = json.Positive("num_attention_heads");
        return new EncoderConfig
        {
            VocabularySize = json.Positive("vocab_size"),
            HiddenSize = hidden % heads == 0 ? hidden : throw json.Bad($"hidden_size {hidden} is no multiple of num_attention_heads {heads}"),
            IntermediateSize = json.Positive("intermediate_size"),
            Layers = json.Layers("num_hidden_layers"),
            Heads = heads,
            ContextLength = json.Positive("max_position_embeddings", 512),
            SegmentTypes = json.Positive("type_vocab_size", 2),
            Activation = json.Choice("hidden_act", Models.Layers.Activation.Names, "gelu"),
            NormEpsilon = json.Number("layer_norm_eps", 1e-12),
            Head = head,
            Pooler = head == EncoderHead.Classification || (head == EncoderHead.None && weights.Entries.Keys.Any(name => name.EndsWith("pooler.dense.weight", StringComparison.Ordinal))),
            Classes = head != EncoderHead.Classification ? 0 : weights.Entries.TryGetValue("classifier.weight", out var found) ? (int)Math.Min(found.Entry.Shape[0], 1 << 24) : throw json.Bad("the weights have no \"classifier.weight\""),
        };
    }

    /// <summary>The tensors in the order of the flat vector, with Hugging Face's names.</summary>
    public IEnumerable<(string Name, long[] Shape)> Parameters()
    {
        long width = HiddenSize;
        IEnumerable<(string, long[])> Layer(string name, long rows, long columns) => [(name + ".weight", [rows, columns]), (name + ".bias", [rows])];
        IEnumerable<(string, long[])> Norm(string name) => [(name + ".weight", [width]), (name + ".bias", [width])];
        string embeddings = Prefix + "embeddings.";
        List<(string Name, long[] Shape)> all =
        [
            (embeddings + "word_embeddings.weight", [VocabularySize, width]), (embeddings + "position_embeddings.weight", [ContextLength, width]),
            (embeddings + "token_type_embeddings.weight", [SegmentTypes, width]), .. Norm(embeddings + "LayerNorm"),
        ];
        for (int layer = 0; layer < Layers; layer++)
        {
            string block = $"{Prefix}encoder.layer.{layer}.";
            all.AddRange([
                .. Layer(block + "attention.self.query", width, width), .. Layer(block + "attention.self.key", width, width), .. Layer(block + "attention.self.value", width, width),
                .. Layer(block + "attention.output.dense", width, width), .. Norm(block + "attention.output.LayerNorm"),
                .. Layer(block + "intermediate.dense", IntermediateSize, width), .. Layer(block + "output.dense", width, IntermediateSize), .. Norm(block + "output.LayerNorm"),
            ]);
        }

        all.AddRange(Pooler ? Layer(Prefix + "pooler.dense", width, width) : []);
        all.AddRange(Head switch
        {
            EncoderHead.MaskedLanguage => [.. Layer("cls.predictions.transform.dense", width, width), .. Norm("cls.predictions.transform.LayerNorm"), ("cls.predictions.bias", [VocabularySize])],
            EncoderHead.Classification => Layer("classifier", Classes, width),
            _ => [],
        });
        return all;
    }

    /// <summary>Names of a part of the encoder below its head.</summary>
    internal string Inner(string name) => Prefix + name;

    /// <summary>Checkpoints of the bare encoder are written with and without the prefix.</summary>
    internal static IEnumerable<string> OtherNames(string name) => name.StartsWith("bert.", StringComparison.Ordinal) ? [name["bert.".Length..]] : ["bert." + name];

    /// <summary>Tables that are computed here, copies of tied tensors, and parts of the pre-training that this head does not use.</summary>
    internal bool IsUnused(string name) => name.EndsWith("position_ids", StringComparison.Ordinal) || name.StartsWith("cls.predictions.decoder.", StringComparison.Ordinal)
        || name.StartsWith("cls.seq_relationship.", StringComparison.Ordinal) || (!Pooler && name.Contains("pooler.dense.", StringComparison.Ordinal)) || (Head == EncoderHead.None && name.StartsWith("cls.", StringComparison.Ordinal));
}
