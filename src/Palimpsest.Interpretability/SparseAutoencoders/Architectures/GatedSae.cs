using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Settings of the gated autoencoder.</summary>
public sealed record GatedOptions : SaeOptions
{
    /// <inheritdoc/>
    internal override SaeOptions WithStrength(double strength) => this with { L1Coefficient = strength };

    /// <summary>Weight of the penalty on the gates.</summary>
    /// <value>The default is 1.</value>
    public double L1Coefficient { get; init; } = 1;

    /// <summary>Steps over which the penalty rises.</summary>
    /// <value>The default is 0.</value>
    public int L1WarmUpSteps { get; init; }

    /// <inheritdoc/>
    internal override (double Coefficient, int WarmUpSteps) Sparsity => (L1Coefficient, L1WarmUpSteps);
}

/// <summary>Whether a latent is on and how much are two things (Rajamanoharan et al., arXiv 2404.16014).</summary>
/// <remarks>As SAELens has it: the penalty is weighted with the lengths of the directions, the auxiliary reconstruction reads inputs without normalisation and
/// does not freeze the decoder.</remarks>
public sealed class GatedSae : SparseAutoencoder
{
    internal GatedSae(SaeConfig config)
        : base(config, [.. config.Matrices(), config.PerLatent("b_gate"), config.PerLatent("r_mag"), config.PerLatent("b_mag")])
    {
    }

    /// <inheritdoc/>
    internal override IEnumerable<string> PerLatent => ["b_gate", "b_mag"];

    // f = 1[a W + b_gate > 0] relu(a W exp(r_mag) + b_mag)        π = relu((x - b_dec) W + b_gate)
    // loss = |x - x'|² + λ Σ_i π_i |W_i| + |π W_dec + b_dec - x|²
    /// <inheritdoc/>
    public override SaeTerms Losses(Tensor x, Tensor target, SaePass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        SaeCode code = Encode(x);
        Tensor output = Output(code);
        Tensor raw = Config.ApplyBDecToInput ? Ops.Subtract(code.Inputs, Parameters["b_dec"]) : code.Inputs;
        Tensor gates = Ops.Add(raw.matmul(Parameters["W_enc"]), Parameters["b_gate"]).relu();
        Tensor auxiliary = Squares(Ops.Subtract(Ops.Add(gates.matmul(Decoder), Parameters["b_dec"]), target));
        return new SaeTerms(code, output,
        [
            SquaredError(output, target), ("l1_loss", Ops.Scale(gates.mul(Norms()).sum(dim: -1), pass.Sparsity)),
            ("auxiliary_reconstruction_loss", auxiliary),
        ]);
    }

    private protected override SaeCode Activate(SaeCode normed)
    {
        Tensor projected = Centred(normed).matmul(Parameters["W_enc"]);
        Tensor open = Ops.Add(projected, Parameters["b_gate"]).gt(Scalars.Zero).to_type(projected.dtype);
        Tensor magnitude = Ops.Add(projected.mul(Parameters["r_mag"].exp()), Parameters["b_mag"]);
        return normed with { Pre = magnitude, Acts = open.mul(magnitude.relu()) };
    }
}
