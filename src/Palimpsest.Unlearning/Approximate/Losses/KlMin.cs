namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of KL minimisation: gradient ascent, held to the frozen model's distributions.</summary>
public sealed record KlMinOptions : RetainedOptions
{
    /// <inheritdoc/>
    /// <value>The default is kl.</value>
    public override RetainLoss Retain { get; init; } = RetainLoss.Kl;

    // -γ/n Σ x over the forget tokens + α KL(ref || θ)       Maini et al., TOFU, 2024
    private protected override IUnlearningTerm Forget => new TokenNll(-1, BatchSide.Forget);
}
