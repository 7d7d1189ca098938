using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Settings of autoencoders that keep the largest latents.</summary>
public abstract record SelectingOptions : SaeOptions
{
    /// <inheritdoc/>
    internal override SaeOptions WithStrength(double strength) => this with { K = strength };

    /// <summary>Latents that are kept: of each input, or on average over a batch.</summary>
    /// <value>The default is 32.</value>
    public double K { get; init; } = 32;

    /// <summary>Weight of the term that revives dead latents.</summary>
    /// <value>The default is 1.</value>
    public double AuxLossCoefficient { get; init; } = 1;

    /// <summary>Whether latents are compared as if all directions had length 1.</summary>
    /// <value>The default is true.</value>
    public bool RescaleActsByDecoderNorm { get; init; } = true;

    /// <summary>Whether outputs are added up from the active directions instead of a whole matrix product.</summary>
    /// <value>The default is false.</value>
    public bool UseSparseActivations { get; init; }

    /// <inheritdoc/>
    internal override double? ActiveLatents => K;
}

/// <summary>Settings of the autoencoder that keeps the k largest latents of each input.</summary>
public sealed record TopKOptions : SelectingOptions
{
    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => K == Math.Floor(K) ? base.Problems()
        : base.Problems().Append("k must be a whole number; only batchtopk and matryoshka_batchtopk take parts.");
}

/// <summary>Settings of the autoencoder that keeps the k latents of each input that are farthest from zero, with their signs.</summary>
public sealed record AbsTopKOptions : SelectingOptions;

/// <summary>Exactly k latents are kept (Gao et al., arXiv 2406.04093): the k largest, or with <see cref="AbsTopKOptions"/> the k farthest from zero.</summary>
public class TopKSae : SparseAutoencoder
{
    internal TopKSae(SaeConfig config)
        : base(config, [.. config.Matrices(), config.PerLatent("b_enc")])
    {
    }

    private protected SelectingOptions Selecting => (SelectingOptions)Config.Options;

    /// <inheritdoc/>
    internal override bool CanFoldNorms => Selecting.RescaleActsByDecoderNorm;

    // z' = z |W_i|        f = relu(z') on the k largest        x' = (f / |W_i|) W_dec + b_dec
    /// <inheritdoc/>
    public override SaeTerms Losses(Tensor x, Tensor target, SaePass pass)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(pass);
        if (Selecting.UseSparseActivations && IsSparse(x) && pass.DeadCount == 0)
        {
            return Sparsely(x, target);
        }

        SaeCode code = Encode(x);
        Tensor output = Output(code);
        return new SaeTerms(code, output, [SquaredError(output, target), (AuxK.Term, Revival(code, output, target, pass))]);
    }

    // Only where nothing else has a part in the gradients.
    private bool IsSparse(Tensor x) => Selecting is TopKOptions && x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU
        && Parameters.Values.dtype == ScalarType.Float32 && Config.NormalizeActivations is SaeNormalization.None or SaeNormalization.ExpectedAverageOnlyIn;

    // The lengths of the directions cancel in f / |W_i|: they choose, but the outputs do not depend on them.
    private SaeTerms Sparsely(Tensor x, Tensor target)
    {
        SaeCode code;
        Tensor places, values, centred;
        using (no_grad())
        {
            code = Encode(x);
            centred = Centred(code);
            (_, places) = Scaled(code.Pre!).topk((int)Selecting.K, -1);
            values = code.Pre!.gather(-1, places).relu();
        }

        Tensor output = SparseDecodeFunction.Apply(centred, Parameters["W_enc"], Parameters["b_enc"], Decoder, Parameters["b_dec"], places, values,
            Config.ApplyBDecToInput);
        return new SaeTerms(code, output, [SquaredError(output, target), (AuxK.Term, zeros_like(target.select(-1, 0)))]);
    }

    /// <summary>The latents that are kept, with their values.</summary>
    private protected virtual Tensor Select(Tensor scaled)
    {
        int k = (int)Selecting.K;
        if (Selecting is AbsTopKOptions)
        {
            Tensor places = scaled.abs().topk(k, -1).indexes;
            return zeros_like(scaled).scatter(-1, places, scaled.gather(-1, places));
        }

        (Tensor values, Tensor at) = scaled.topk(k, -1);
        return zeros_like(scaled).scatter(-1, at, values.relu());
    }

    /// <summary>The term that revives dead latents, [rows].</summary>
    private protected virtual Tensor Revival(SaeCode code, Tensor output, Tensor target, SaePass pass) =>
        AuxK.Of(Scaled(code.Pre!), UnitDecoder(), Ops.Subtract(target, output), pass, Selecting.AuxLossCoefficient, Selecting is AbsTopKOptions);

    /// <summary>What is compared.</summary>
    private protected Tensor Scaled(Tensor pre) => Selecting.RescaleActsByDecoderNorm ? pre.mul(Norms()) : pre;

    /// <summary>Directions for latents that are scaled, [m, d].</summary>
    private protected Tensor UnitDecoder() => Selecting.RescaleActsByDecoderNorm ? Decoder.div(Norms().unsqueeze(1)) : Decoder;

    private protected override SaeCode Activate(SaeCode normed)
    {
        Tensor pre = Project(normed);
        return normed with { Pre = pre, Acts = Select(Scaled(pre)) };
    }

    private protected override Tensor DecodeNormed(Tensor acts)
    {
        Tensor values = Selecting.RescaleActsByDecoderNorm ? acts.div(Norms()) : acts;
        return base.DecodeNormed(values);
    }
}
