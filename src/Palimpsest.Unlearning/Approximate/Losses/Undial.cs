using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of UNDIAL.</summary>
public sealed record UndialOptions : RetainedOptions
{
    /// <inheritdoc/>
    /// <value>The default is 0.</value>
    public override double Alpha { get; init; }

    /// <summary>β: what the frozen model's score of the true token is lowered by; above 0.</summary>
    /// <value>The default is 10.</value>
    public double Beta { get; init; } = 10;

    /// <summary>Whether prompt and padding are held to the frozen model's scores too. <see cref="RetainedOptions.Compat"/> does this as the released code,
    /// whose
    /// label -100 lowers the score of token V - 100 there.</summary>
    /// <value>The default is false: the positions that predict answer tokens.</value>
    public bool AllPositions { get; init; }

    private protected override IUnlearningTerm Forget => new Undial(this);

    private protected override bool ForgetNeedsReference => true;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        [.. base.Problems(), .. Positive("beta", Beta), .. Compat && AllPositions ? ["compat takes all positions: leave out all_positions."]
            : Array.Empty<string>()];
}

/// <summary>Learns the frozen model's distribution with the true token's score lowered.</summary>
/// <remarks>Dong et al., UNDIAL, NAACL 2025.</remarks>
internal sealed class Undial(UndialOptions options) : IUnlearningTerm
{
    private const int IgnoredLabel = 100;

    private bool Everywhere => options.Compat || options.AllPositions;

    // 1/n Σ_t H(softmax(z_ref - β onehot(y)), softmax(z))
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => Everywhere ? batch.Forget.Batch * (batch.Forget.Time - 1) : batch.Forget.Targets.Length;

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        BatchView forget = pass[BatchSide.Forget];
        TokenPositions positions = Everywhere ? TokenPositions.All(forget.Batch, last: false) : TokenPositions.Answers(forget.Batch);
        long[] labels = options.Compat ? Wrapped(positions.Labels, pass.Policy.Config.VocabularySize) : positions.Labels;
        double lowered = -options.Beta;
        return forget.Compare(positions, (own, theirs, from) =>
            SoftCrossEntropy.Of(SoftCrossEntropy.AtLabels(theirs, labels.AsSpan(from, (int)own.size(0)), lowered), own)).sum();
    }

    private static long[] Wrapped(long[] labels, int vocabulary) => vocabulary >= IgnoredLabel
        ? [.. labels.Select(label => label < 0 ? vocabulary - IgnoredLabel : label)]
        : throw new PalimpsestException($"undial with compat needs a vocabulary of at least {IgnoredLabel} tokens, this one has {vocabulary}. "
            + "Leave out compat.");
}
