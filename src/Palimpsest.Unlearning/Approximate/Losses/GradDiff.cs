namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of gradient difference.</summary>
public sealed record GradDiffOptions : RetainedOptions
{
    // -γ/n Σ x over the forget tokens + α retain             Liu et al., Continual Learning and Private Unlearning, CoLLAs 2022; TOFU's "gradient difference"
    private protected override IUnlearningTerm Forget => new TokenNll(-1, BatchSide.Forget);
}
