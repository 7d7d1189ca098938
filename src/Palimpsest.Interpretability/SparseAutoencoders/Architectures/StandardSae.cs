using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Settings of the autoencoder with ReLU and an L1 penalty.</summary>
public sealed record StandardOptions : SaeOptions
{
    /// <inheritdoc/>
    internal override SaeOptions WithStrength(double strength) => this with { L1Coefficient = strength };

    /// <summary>Weight of the penalty.</summary>
    /// <value>The default is 1.</value>
    public double L1Coefficient { get; init; } = 1;

    /// <summary>The penalty is the p-norm of the latents (not its p-th power), weighted with the lengths of their directions.</summary>
    /// <value>The default is 1.</value>
    public double LpNorm { get; init; } = 1;

    /// <summary>Steps over which the penalty rises.</summary>
    /// <value>The default is 0.</value>
    public int L1WarmUpSteps { get; init; }

    /// <inheritdoc/>
    internal override (double Coefficient, int WarmUpSteps) Sparsity => (L1Coefficient, L1WarmUpSteps);
}

/// <summary>ReLU and L1 (Bricken et al. 2023; with the lengths of the directions in the penalty, Anthropic's April 2024 update).</summary>
public sealed class StandardSae : SparseAutoencoder
{
    internal StandardSae(SaeConfig config)
        : base(config, [.. config.Matrices(), config.PerLatent("b_enc")])
    {
    }

    // f = relu(z)        loss = |x - x'|² + λ (Σ_i (f_i |W_i|)^p)^(1/p)
    /// <inheritdoc/>
    public override SaeTerms Losses(Tensor x, Tensor target, SaePass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        SaeCode code = Encode(x);
        Tensor output = Output(code), weighted = code.Acts.mul(Norms());
        double power = ((StandardOptions)Config.Options).LpNorm;
        Tensor penalty = power == 1 ? weighted.sum(dim: -1) : weighted.norm(-1, keepdim: false, p: (float)power);
        return new SaeTerms(code, output, [SquaredError(output, target), ("l1_loss", Ops.Scale(penalty, pass.Sparsity))]);
    }

    private protected override SaeCode Activate(SaeCode normed)
    {
        Tensor pre = Project(normed);
        return normed with { Pre = pre, Acts = pre.relu() };
    }
}
