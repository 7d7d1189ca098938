using System.Text.Json.Nodes;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using static TorchSharp.torch;

namespace Palimpsest.Models.Families;

/// <summary>DistilBERT: BERT without segments and without a pooler, under names of its own.</summary>
/// <remarks>Sanh et al., DistilBERT, arXiv 1910.01108.</remarks>
internal sealed class DistilBertArchitecture : EncoderArchitecture
{
    public static DistilBertArchitecture Instance { get; } = new();

    public override string ModelType => "distilbert";

    public override IReadOnlyList<string> Names { get; } = ["DistilBertModel", "DistilBertForMaskedLM", "DistilBertForSequenceClassification"];

    public override string Prefix => "distilbert.";

    public override EncoderBlockNames Block { get; } = new(
        "transformer.layer", "attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm", "ffn.lin1", "ffn.lin2",
        "output_layer_norm");

    public override MaskedHeadNames Masked { get; } = new("vocab_transform", "vocab_layer_norm", "vocab_projector", "vocab_projector.bias");

    public override ClassifierHeadNames Classifier { get; } = new("pre_classifier", x => nn.functional.relu(x), "classifier");

    protected override EncoderConfig ReadShape(ConfigReader json)
    {
        if (json.Flag("sinusoidal_pos_embds") || json.HasEntries("pruned_heads"))
        {
            throw json.Bad("positions that are not trained, or heads that were cut out (sinusoidal_pos_embds, pruned_heads) are not supported");
        }

        return new EncoderConfig(this)
        {
            VocabularySize = json.Positive("vocab_size"),
            HiddenSize = json.Positive("dim", 768),
            IntermediateSize = json.Positive("hidden_dim", 3072),
            Layers = json.Layers("n_layers", 6),
            Heads = json.Positive("n_heads", 12),
            HeadWidth = 1,
            ContextLength = json.Positive("max_position_embeddings", 512),
            Activation = json.Choice("activation", Activation.Names, "gelu"),
            NormEpsilon = 1e-12,
            PadToken = json.Token("pad_token_id") ?? 0,
        };
    }

    protected override void WriteShape(EncoderConfig config, JsonObject json)
    {
        json["activation"] = config.Activation;
        json["dim"] = config.HiddenSize;
        json["hidden_dim"] = config.IntermediateSize;
        json["max_position_embeddings"] = config.ContextLength;
        json["n_heads"] = config.Heads;
        json["n_layers"] = config.Layers;
        json["sinusoidal_pos_embds"] = false;
    }
}
