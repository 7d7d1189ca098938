using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Settings of transcoders, which predict the outputs of a layer from its inputs.</summary>
public abstract record TranscoderOptions : SaeOptions
{
    /// <inheritdoc/>
    internal override SaeOptions WithStrength(double strength) => this with { L1Coefficient = strength };

    /// <summary>Weight of the L1 penalty.</summary>
    /// <value>The default is 1.</value>
    public double L1Coefficient { get; init; } = 1;

    /// <summary>Steps over which the penalty rises.</summary>
    /// <value>The default is 0.</value>
    public int L1WarmUpSteps { get; init; }

    /// <inheritdoc/>
    internal override (double Coefficient, int WarmUpSteps) Sparsity => (L1Coefficient, L1WarmUpSteps);

    /// <summary>Whether a linear map passes beside the latents.</summary>
    internal virtual bool Skips => false;

    /// <summary>Whether latents have thresholds.</summary>
    internal virtual bool Jumps => false;
}

/// <summary>Settings of the plain transcoder.</summary>
public sealed record PlainTranscoderOptions : TranscoderOptions;

/// <summary>Settings of the transcoder with a linear map beside its latents.</summary>
public sealed record SkipTranscoderOptions : TranscoderOptions
{
    /// <inheritdoc/>
    internal override bool Skips => true;
}

/// <summary>Settings of the transcoder with thresholds.</summary>
public sealed record JumpReluTranscoderOptions : TranscoderOptions
{
    /// <inheritdoc/>
    internal override bool Jumps => true;
}

/// <summary>Settings of the transcoder with thresholds and a linear map beside its latents.</summary>
public sealed record JumpReluSkipTranscoderOptions : TranscoderOptions
{
    /// <inheritdoc/>
    internal override bool Skips => true;

    /// <inheritdoc/>
    internal override bool Jumps => true;
}

/// <summary>Sparse latents of a layer's inputs that give its outputs (Dunefsky et al., arXiv 2406.11944; with a skip, Paulo et al., arXiv
/// 2501.18823).</summary>
public sealed class TranscoderSae : SparseAutoencoder
{
    internal TranscoderSae(SaeConfig config)
        : base(config, Tensors(config))
    {
    }

    private TranscoderOptions Options => (TranscoderOptions)Config.Options;

    /// <inheritdoc/>
    internal override IEnumerable<string> PerLatent => Options.Jumps ? ["b_enc", "threshold"] : ["b_enc"];

    // f = relu(x W_enc + b_enc)        y' = f W_dec + b_dec (+ x W_skip^T)
    /// <inheritdoc/>
    public override Tensor Output(SaeCode code)
    {
        Tensor decoded = base.Output(code);
        return Options.Skips ? Ops.Add(decoded, code.Normed.matmul(Parameters["W_skip"].t())) : decoded;
    }

    /// <inheritdoc/>
    public override SaeTerms Losses(Tensor x, Tensor target, SaePass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        if (Options.Jumps)
        {
            return base.Losses(x, target, pass);
        }

        SaeCode code = Encode(x);
        Tensor output = Output(code);
        return new SaeTerms(code, output,
            [SquaredError(output, target), ("l1_loss", Ops.Scale(code.Acts.mul(Norms()).sum(dim: -1), pass.Sparsity))]);
    }

    private protected override SaeCode Activate(SaeCode normed)
    {
        Tensor pre = Ops.Add(normed.Normed.matmul(Parameters["W_enc"]), Parameters["b_enc"]);
        return normed with { Pre = pre, Acts = Options.Jumps ? pre.relu().mul(pre.gt(Parameters["threshold"]).to_type(pre.dtype)) : pre.relu() };
    }

    private static IEnumerable<(string, long[])> Tensors(SaeConfig config)
    {
        TranscoderOptions options = (TranscoderOptions)config.Options;
        return
        [
            .. config.Matrices(), config.PerLatent("b_enc"), .. options.Jumps ? new[] { config.PerLatent("threshold") } : [],
            .. options.Skips ? new (string, long[])[] { ("W_skip", [config.OutputWidth, config.DIn]) } : [],
        ];
    }
}
