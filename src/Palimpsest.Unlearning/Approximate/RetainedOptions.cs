using Palimpsest.Unlearning.Approximate.Losses;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>Settings of the methods of the form γ forget + α retain.</summary>
public abstract record RetainedOptions : UnlearningOptions
{
    /// <summary>γ: weight of the forget term; above 0.</summary>
    /// <value>The default is 1 unless the method says otherwise.</value>
    public virtual double Gamma { get; init; } = 1;

    /// <summary>α: weight of the retain term; 0 leaves it out.</summary>
    /// <value>The default is 1 unless the method says otherwise.</value>
    public virtual double Alpha { get; init; } = 1;

    /// <summary>The retain term.</summary>
    /// <value>The default is nll unless the method says otherwise.</value>
    public virtual RetainLoss Retain { get; init; } = RetainLoss.Nll;

    /// <summary>Whether values are those of the released code where it departs from the definition: the retain term kl then goes over all positions, prompts
    /// and padding included, and what the method says besides.</summary>
    /// <value>The default is false.</value>
    public bool Compat { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        IEnumerable<string> place = Retain == RetainLoss.Activations && this is not RmuOptions
            ? ["retain: activations is for rmu, which looks at them anyway. Take nll or kl."] : [];
        return [.. Positive("gamma", Gamma), .. NotNegative("alpha", Alpha), .. place];
    }

    /// <inheritdoc/>
    internal sealed override bool NeedsRetain => Alpha != 0;

    /// <inheritdoc/>
    internal sealed override bool NeedsReference => ForgetNeedsReference || (NeedsRetain && Retain != RetainLoss.Nll);

    /// <inheritdoc/>
    internal sealed override IReadOnlyList<WeightedTerm> Terms(int step) =>
        NeedsRetain ? [new("forget", Gamma, Forget), new("retain", Alpha, RetainTerm)] : [new("forget", Gamma, Forget)];

    /// <summary>The method.</summary>
    private protected abstract IUnlearningTerm Forget { get; }

    private protected virtual bool ForgetNeedsReference => false;

    private protected virtual IUnlearningTerm RetainTerm => Retain == RetainLoss.Nll
        ? new TokenNll(1, BatchSide.Retain) : new Divergence(BatchSide.Retain) { Everywhere = Compat };
}
