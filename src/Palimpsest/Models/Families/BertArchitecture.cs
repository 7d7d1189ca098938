using System.Text.Json.Nodes;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Families;

/// <summary>BERT: positions from 0, two segments, a pooler over the first token.</summary>
/// <remarks>Devlin et al., BERT, arXiv 1810.04805.</remarks>
internal class BertArchitecture : EncoderArchitecture
{
    public static BertArchitecture Instance { get; } = new();

    public override string ModelType => "bert";

    public override IReadOnlyList<string> Names { get; } = ["BertModel", "BertForMaskedLM", "BertForSequenceClassification"];

    public override string Prefix => "bert.";

    public sealed override EncoderBlockNames Block { get; } = new(
        "encoder.layer", "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "attention.output.LayerNorm",
        "intermediate.dense", "output.dense", "output.LayerNorm");

    public override MaskedHeadNames Masked { get; } = new(
        "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.decoder", "cls.predictions.bias");

    public override ClassifierHeadNames Classifier { get; } = new("bert.pooler.dense", x => x.tanh(), "classifier");

    protected override IReadOnlyList<(string Start, string What)> Leftovers { get; } =
        [("cls.seq_relationship.", "the head of the first training, over the order of sentences")];

    protected sealed override bool HasPooler => true;

    protected sealed override EncoderConfig ReadShape(ConfigReader json)
    {
        json.Choice("position_embedding_type", ["absolute"], "absolute");
        if (json.Flag("is_decoder") || json.Flag("add_cross_attention") || json.HasEntries("pruned_heads"))
        {
            throw json.Bad(
                "a decoder, attention across sequences, or heads that were cut out (is_decoder, add_cross_attention, pruned_heads) are not supported");
        }

        EncoderConfig config = new(this)
        {
            VocabularySize = json.Positive("vocab_size"),
            HiddenSize = json.Positive("hidden_size"),
            IntermediateSize = json.Positive("intermediate_size"),
            Layers = json.Layers("num_hidden_layers"),
            Heads = json.Positive("num_attention_heads"),
            HeadWidth = 1,
            ContextLength = json.Positive("max_position_embeddings", 512),
            SegmentTypes = json.Positive("type_vocab_size", 2),
            Activation = json.Choice("hidden_act", Activation.Names, "gelu"),
            NormEpsilon = json.Number("layer_norm_eps", 1e-12),
            PadToken = json.Token("pad_token_id") ?? DefaultPadding,
        };
        return config.ContextLength > config.FirstPosition
            ? config with { ContextLength = config.ContextLength - config.FirstPosition }
            : throw json.Bad($"max_position_embeddings {config.ContextLength} leaves no positions behind the {config.FirstPosition} that padding takes");
    }

    protected sealed override void WriteShape(EncoderConfig config, JsonObject json)
    {
        json["hidden_act"] = config.Activation;
        json["hidden_size"] = config.HiddenSize;
        json["intermediate_size"] = config.IntermediateSize;
        json["layer_norm_eps"] = config.NormEpsilon;
        json["max_position_embeddings"] = config.ContextLength + config.FirstPosition;
        json["num_attention_heads"] = config.Heads;
        json["num_hidden_layers"] = config.Layers;
        json["position_embedding_type"] = "absolute";
        json["type_vocab_size"] = config.SegmentTypes;
    }

    /// <summary>The padding token where <c>config.json</c> names none.</summary>
    protected virtual int DefaultPadding => 0;
}
