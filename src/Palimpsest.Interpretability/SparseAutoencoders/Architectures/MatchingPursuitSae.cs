using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Settings of matching pursuit.</summary>
public sealed record MatchingPursuitOptions : SaeOptions
{
    /// <inheritdoc/>
    internal override SaeOptions WithStrength(double strength) => this;

    /// <summary>A row is done when less than this length is left of it.</summary>
    /// <value>The default is 0.01.</value>
    public double ResidualThreshold { get; init; } = 0.01;

    /// <summary>Most directions a row; null for no limit.</summary>
    /// <value>The default is null.</value>
    public int? MaxIterations { get; init; }

    /// <summary>Whether a row is done when it takes a direction that it has.</summary>
    /// <value>The default is true.</value>
    public bool StopOnDuplicateSupport { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => MaxIterations is null or > 0 && (MaxIterations is not null || StopOnDuplicateSupport)
        ? base.Problems() : base.Problems().Append("max_iterations must be at least 1, and given where stop_on_duplicate_support is false.");
}

/// <summary>Takes one direction after another off the input, each time the one that fits best; encoder and decoder are one matrix (Costa et al., arXiv
/// 2506.03093).</summary>
public sealed class MatchingPursuitSae : SparseAutoencoder
{
    internal MatchingPursuitSae(SaeConfig config)
        : base(config, [("W_dec", [config.DSae, config.DIn]), ("b_dec", [config.DIn])])
    {
    }

    /// <inheritdoc/>
    internal override bool CanFoldNorms => false;

    /// <inheritdoc/>
    public override SaeTerms Losses(Tensor x, Tensor target, SaePass pass)
    {
        SaeCode code = Encode(x);
        Tensor output = Output(code);
        return new SaeTerms(code, output, [SquaredError(output, target)]);
    }

    // j = argmax relu(r W^T), v = relu(r W_j)        f_j += v, r -= v W_j
    private protected override SaeCode Activate(SaeCode normed)
    {
        MatchingPursuitOptions options = (MatchingPursuitOptions)Config.Options;
        Tensor centred = Centred(normed), residual = centred.reshape(-1, Config.DIn);
        Tensor acts = zeros(residual.size(0), Config.DSae, residual.dtype, residual.device);
        Tensor going = ones(residual.size(0), ScalarType.Bool, residual.device);
        for (int i = 0; i < (options.MaxIterations ?? int.MaxValue) && Ops.Number(going.any().to_type(ScalarType.Float32)) > 0; i++)
        {
            (Tensor best, Tensor place) = residual.matmul(Decoder.t()).relu().max(1, keepdim: true);
            Tensor value = best.mul(going.unsqueeze(1).to_type(best.dtype)), before = acts.ne(Scalars.Zero);
            acts = acts.scatter_add(1, place, value);
            residual = Ops.Subtract(residual, value.mul(Decoder.index_select(0, place.squeeze(1))));
            using IDisposable noGrad = no_grad();
            Tensor done = residual.norm(1, keepdim: false, p: 2).lt(Scalars.Of(options.ResidualThreshold));
            if (options.StopOnDuplicateSupport)
            {
                Tensor changed = acts.ne(Scalars.Zero).ne(before).any(1);
                done = done.logical_or(changed.logical_not());
            }

            going = going.logical_and(done.logical_not());
        }

        long[] shape = centred.shape;
        return normed with { Acts = acts.view([.. shape[..^1], Config.DSae]) };
    }

    private protected override Tensor DecodeNormed(Tensor acts) => Config.ApplyBDecToInput ? base.DecodeNormed(acts) : acts.matmul(Decoder);
}
