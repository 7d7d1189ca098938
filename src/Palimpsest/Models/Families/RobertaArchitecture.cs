using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Families;

/// <summary>RoBERTa: BERT whose positions are counted from the padding token's number on, and with other heads.</summary>
/// <remarks>Liu et al., RoBERTa, arXiv 1907.11692.</remarks>
internal sealed class RobertaArchitecture : BertArchitecture
{
    public static new RobertaArchitecture Instance { get; } = new();

    public override string ModelType => "roberta";

    public override IReadOnlyList<string> Names { get; } = ["RobertaModel", "RobertaForMaskedLM", "RobertaForSequenceClassification"];

    public override string Prefix => "roberta.";

    public override MaskedHeadNames Masked { get; } = new("lm_head.dense", "lm_head.layer_norm", "lm_head.decoder", "lm_head.bias", Kernels.Gelu);

    public override ClassifierHeadNames Classifier { get; } = new("classifier.dense", x => x.tanh(), "classifier.out_proj");

    protected override IReadOnlyList<(string Start, string What)> Leftovers => [];

    protected override int DefaultPadding => 1;

    public override int FirstPosition(EncoderConfig config) => config.PadToken!.Value + 1;

    public override int[] PositionsOf(EncoderConfig config, int[] ids)
    {
        (int padding, int seen) = (config.PadToken!.Value, 0);
        return [.. ids.Select(id => padding + (id == padding ? 0 : ++seen))];
    }

    // A padding token has the position of its own number, and only the others are counted, wherever they stand.
    protected override Tensor Positions(EncoderConfig config, Tensor places, Tensor ids)
    {
        Tensor real = ids.ne(Scalars.Of((long)config.PadToken!.Value)).to_type(ScalarType.Int64);
        return Kernels.Embedding(places, real.cumsum(1).mul(real).add(Scalars.Of((long)config.PadToken!.Value), Scalars.Of(1L)));
    }
}
