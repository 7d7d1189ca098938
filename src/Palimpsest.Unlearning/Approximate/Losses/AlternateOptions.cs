namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of the methods that prefer other answers.</summary>
public abstract record AlternateOptions : RetainedOptions
{
    /// <summary>β: how strongly the model is held to the frozen one; above 0.</summary>
    /// <value>The default is 0.1.</value>
    public double Beta { get; init; } = 0.1;

    private protected override IUnlearningTerm Forget => new AlternatePreference(Beta);

    private protected override bool ForgetNeedsReference => true;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => base.Problems().Concat(Positive("beta", Beta));
}
