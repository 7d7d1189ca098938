namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>Settings of the tilted mean of each batch.</summary>
public sealed record BatchTiltOptions : TiltOptions
{
    /// <summary>The tilt, in one over the unit of the losses.</summary>
    /// <value>The default is 1. At t × (mean loss) = 1 one token in a hundred counts; at 5 a single one.</value>
    public double T { get; init; } = 1;

    /// <inheritdoc/>
    internal override Tilt Create() => new BatchTilt(this);

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => double.IsFinite(T) ? [] : ["t must be a number."];
}

/// <summary>Estimator A: the tilted mean of the batch itself, biased towards the mean for large tilts.</summary>
internal sealed class BatchTilt(BatchTiltOptions options) : Tilt
{
    // R = (1/t) log mean exp(t l)        w = softmax(t l)
    public override TiltReading Weigh(ReadOnlySpan<double> losses, ReadOnlySpan<int> groups, Span<double> weights)
    {
        double value = TiltedRisk.Of(losses, options.T, weights);
        return new TiltReading(value, options.T, Effective(weights));
    }
}
