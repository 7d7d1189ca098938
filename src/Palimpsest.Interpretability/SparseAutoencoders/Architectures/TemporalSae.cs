using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Settings of the temporal autoencoder.</summary>
public sealed record TemporalOptions : SaeOptions
{
    /// <inheritdoc/>
    internal override SaeOptions WithStrength(double strength) => this;

    /// <summary>Heads of the attention over earlier positions.</summary>
    public int NHeads { get; init; } = 8;

    /// <summary>Layers of it.</summary>
    public int NAttnLayers { get; init; } = 1;

    /// <summary>Latents divided by the width of queries and keys.</summary>
    public int BottleneckFactor { get; init; } = 64;

    /// <summary>How the novel part is coded: topk or relu.</summary>
    public string SaeDiffType { get; init; } = "topk";

    /// <summary>Novel latents that are kept.</summary>
    public int? KvalTopk { get; init; }

    /// <summary>Whether the encoder is the decoder's transpose.</summary>
    public bool TiedWeights { get; init; } = true;

    /// <summary>Must be 1: other values belong to a normalisation that is not supported.</summary>
    public double ActivationNormalizationFactor { get; init; } = 1;

    /// <inheritdoc/>
    internal override double? ActiveLatents => KvalTopk;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (SaeDiffType is not ("topk" or "relu") || NHeads < 1 || NAttnLayers < 1 || BottleneckFactor < 1 || ActivationNormalizationFactor != 1)
        {
            yield return "sae_diff_type must be topk or relu, n_heads, n_attn_layers and bottleneck_factor at least 1, and activation_normalization_factor 1.";
        }
    }
}

/// <summary>Codes what cannot be predicted from the codes of earlier positions (arXiv 2511.01836). Reads sequences [batch, time, d].</summary>
public sealed class TemporalSae : SparseAutoencoder
{
    private const double Tiny = 1e-6;

    internal TemporalSae(SaeConfig config)
        : base(config, Tensors(config))
    {
    }

    private TemporalOptions Options => (TemporalOptions)Config.Options;

    /// <inheritdoc/>
    internal override bool CanFoldNorms => false;

    // z = relu(λ r W_enc), λ = 1/(4 d)        p = relu(attention of z over the z of before)        s = <p W_dec, r> / (|p W_dec| + ε)²
    // predicted += s p, r -= s p W_dec        novel = top-k of relu(λ r W_enc)        x' = (novel + predicted) W_dec + b_dec
    private protected override SaeCode Activate(SaeCode normed)
    {
        Tensor residual = Centred(normed), encoder = Options.TiedWeights ? Decoder.t() : Parameters["W_enc"];
        if (residual.dim() != 3)
        {
            throw new PalimpsestException("temporal: reads whole sequences [batch, time, d], not rows. Give it the activations of a model's pass.");
        }

        Tensor Codes() => Ops.Scale(residual, 1.0 / (4 * Config.DIn)).matmul(encoder);
        Tensor predicted = zeros_like(Codes());
        for (int layer = 0; layer < Options.NAttnLayers; layer++)
        {
            Tensor codes = Codes().relu();
            Tensor past = cat([zeros_like(codes.narrow(1, 0, 1)), codes.narrow(1, 0, codes.size(1) - 1)], 1);
            Tensor guess = Attend($"attn_layers.{layer}.", past, codes).relu(), step = guess.matmul(Decoder);
            Tensor length = Ops.Shift(step.norm(-1, keepdim: true, p: 2), Tiny);
            Tensor share = step.mul(residual).sum(-1, keepdim: true).div(length.mul(length));
            predicted = Ops.Add(predicted, guess.mul(share));
            residual = Ops.Subtract(residual, step.mul(share));
        }

        Tensor pre = Codes(), novel = pre.relu();
        if (Options.SaeDiffType == "topk" && Options.KvalTopk is int k)
        {
            (Tensor values, Tensor places) = novel.topk(k, -1);
            novel = zeros_like(pre).scatter(-1, places, values);
        }

        return normed with { Pre = pre, Acts = novel, Predicted = predicted };
    }

    private Tensor Attend(string layer, Tensor past, Tensor now)
    {
        Tensor q = Heads(Linear(layer + "q_target", now)), k = Heads(Linear(layer + "k_ctx", past)), v = Heads(Linear(layer + "v_ctx", past));
        Tensor scores = Ops.Scale(q.matmul(k.transpose(-2, -1)), 1 / Math.Sqrt(q.size(-1)));
        Tensor later = ones(scores.size(-2), scores.size(-1), ScalarType.Bool).triu(1);
        Tensor mixed = Ops.MaskedFill(scores, later, double.NegativeInfinity).softmax(-1).matmul(v).transpose(1, 2).flatten(-2, -1);
        return Linear(layer + "c_proj", mixed);
    }

    private Tensor Heads(Tensor x) => x.view(x.size(0), x.size(1), Options.NHeads, -1).transpose(1, 2);

    private Tensor Linear(string name, Tensor x) => Ops.Add(x.matmul(Parameters[name + ".weight"].t()), Parameters[name + ".bias"]);

    private static IEnumerable<(string, long[])> Tensors(SaeConfig config)
    {
        TemporalOptions options = (TemporalOptions)config.Options;
        long m = config.DSae, narrow = m / options.BottleneckFactor;
        yield return ("W_dec", [m, config.DIn]);
        yield return ("b_dec", [config.DIn]);
        if (!options.TiedWeights)
        {
            yield return ("W_enc", [config.DIn, m]);
        }

        foreach (int layer in Enumerable.Range(0, options.NAttnLayers))
        {
            foreach ((string name, long width) in new[] { ("k_ctx", narrow), ("q_target", narrow), ("v_ctx", m), ("c_proj", m) })
            {
                yield return ($"attn_layers.{layer}.{name}.weight", [width, m]);
                yield return ($"attn_layers.{layer}.{name}.bias", [width]);
            }
        }
    }
}
