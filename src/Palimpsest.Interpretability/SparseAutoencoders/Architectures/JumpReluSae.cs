using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>What the JumpReLU autoencoder is penalised for.</summary>
public enum JumpReluSparsity
{
    /// <summary>The number of active latents.</summary>
    Step,

    /// <summary>The hyperbolic tangent of the latents (Anthropic, January 2025 update).</summary>
    Tanh,

    /// <summary>The squared distance of the number of active latents from a target.</summary>
    Quadratic,
}

/// <summary>Settings of the JumpReLU autoencoder.</summary>
public sealed record JumpReluOptions : SaeOptions
{
    /// <inheritdoc/>
    internal override SaeOptions WithStrength(double strength) => this with { L0Coefficient = strength };

    /// <summary>Thresholds at the start.</summary>
    /// <value>The default is 0.01.</value>
    public double JumpreluInitThreshold { get; init; } = 0.01;

    /// <summary>Width of the window around a threshold in which inputs move it; it must match the scale of the activations.</summary>
    /// <value>The default is 0.05.</value>
    public double JumpreluBandwidth { get; init; } = 0.05;

    /// <summary>What is penalised.</summary>
    /// <value>The default is the number of active latents.</value>
    public JumpReluSparsity JumpreluSparsityLossMode { get; init; }

    /// <summary>Weight of the penalty.</summary>
    /// <value>The default is 1.</value>
    public double L0Coefficient { get; init; } = 1;

    /// <summary>Steps over which the penalty rises.</summary>
    /// <value>The default is 0.</value>
    public int L0WarmUpSteps { get; init; }

    /// <summary>Weight of what keeps dead latents near their thresholds; null for nothing.</summary>
    /// <value>The default is null.</value>
    public double? PreActLossCoefficient { get; init; }

    /// <summary>Factor inside the hyperbolic tangent.</summary>
    /// <value>The default is 4.</value>
    public double JumpreluTanhScale { get; init; } = 4;

    /// <summary>Whether what moves thresholds moves the inputs of the jump as well, the other way.</summary>
    /// <value>The default is false.</value>
    public bool JumpreluSteToInput { get; init; }

    /// <summary>Active latents that the quadratic penalty aims at.</summary>
    /// <value>The default is none; the quadratic penalty needs one.</value>
    public double? TargetL0 { get; init; }

    /// <inheritdoc/>
    internal override (double Coefficient, int WarmUpSteps) Sparsity => (L0Coefficient, L0WarmUpSteps);

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        foreach (string problem in base.Problems())
        {
            yield return problem;
        }

        if (!(JumpreluBandwidth > 0) || !(JumpreluInitThreshold >= 0))
        {
            yield return "jumprelu_bandwidth must be above 0 and jumprelu_init_threshold at least 0.";
        }

        if (JumpreluSparsityLossMode == JumpReluSparsity.Quadratic && TargetL0 is not > 0)
        {
            yield return "jumprelu_sparsity_loss_mode: quadratic needs a target_l0 above 0.";
        }
    }
}

/// <summary>A latent is on above a threshold of its own, which is learnt through a window around it (Rajamanoharan et al., arXiv 2407.14435).</summary>
/// <remarks>As SAELens 6.54: the threshold itself is the parameter, kept at 0 or above.</remarks>
public sealed class JumpReluSae : SparseAutoencoder
{
    internal JumpReluSae(SaeConfig config)
        : base(config, [.. config.Matrices(), config.PerLatent("b_enc"), config.PerLatent("threshold")])
    {
    }

    private JumpReluOptions Options => (JumpReluOptions)Config.Options;

    /// <inheritdoc/>
    internal override IEnumerable<string> PerLatent => ["b_enc", "threshold"];

    /// <inheritdoc/>
    internal override void Begin()
    {
        using IDisposable noGrad = no_grad();
        Parameters["threshold"].clamp_(min: Scalars.Zero);
    }

    // f = z 1[z > θ]        ∂f/∂θ = -(θ/ε) K((z - θ)/ε)        ∂1[z > θ]/∂θ = -(1/ε) K((z - θ)/ε)        K(u) = 1[|u| < 1/2]
    /// <inheritdoc/>
    public override SaeTerms Losses(Tensor x, Tensor target, SaePass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        SaeCode normed = Encode(x);
        Tensor pre = normed.Pre!, threshold = Parameters["threshold"], open = Open(pre);
        Tensor window = Ops.Scale(Ops.Subtract(pre, threshold).detach().abs().lt(Scalars.Of(Options.JumpreluBandwidth / 2)).to_type(pre.dtype),
            1 / Options.JumpreluBandwidth);

        // Zero in value; its gradient is what goes through the window.
        Tensor moved = Ops.Subtract(threshold.detach(), threshold);
        if (Options.JumpreluSteToInput)
        {
            moved = Ops.Add(moved, Ops.Subtract(pre, pre.detach()));
        }

        Tensor through = moved.mul(window);
        SaeCode code = normed with { Acts = Ops.Add(pre.mul(open), through.mul(threshold.detach())) };
        Tensor output = Output(code);
        Tensor active = Ops.Add(open, through), penalty = Options.JumpreluSparsityLossMode switch
        {
            JumpReluSparsity.Tanh => Ops.Scale(code.Acts.mul(Norms()), Options.JumpreluTanhScale).tanh().sum(dim: -1),
            JumpReluSparsity.Quadratic => Quadratic(active.sum(dim: -1), Options.TargetL0!.Value),
            _ => active.sum(dim: -1),
        };
        List<(string, Tensor)> terms = [SquaredError(output, target), ("l0_loss", Ops.Scale(penalty, pass.Sparsity))];
        if (Options.PreActLossCoefficient is double weight)
        {
            Tensor below = Ops.Subtract(threshold, pre).relu().mul(Norms());
            terms.Add(("pre_act_loss", Ops.Scale(pass.Dead is Tensor dead ? below.mul(dead.to_type(pre.dtype)).sum(dim: -1) : zeros_like(below.sum(dim: -1)),
                weight)));
        }

        return new SaeTerms(code, output, terms);
    }

    private protected override void InitialiseOthers() => Parameters["threshold"].fill_(Scalars.Of(Options.JumpreluInitThreshold));

    private protected override SaeCode Activate(SaeCode normed)
    {
        Tensor pre = Project(normed);
        return normed with { Pre = pre, Acts = pre.mul(Open(pre)) };
    }

    private Tensor Open(Tensor pre) => pre.gt(Parameters["threshold"]).to_type(pre.dtype);

    // (2 / target) (L0 - target)²
    private static Tensor Quadratic(Tensor active, double target)
    {
        Tensor distance = Ops.Shift(active, -target);
        return Ops.Scale(distance.mul(distance), 2 / target);
    }
}
