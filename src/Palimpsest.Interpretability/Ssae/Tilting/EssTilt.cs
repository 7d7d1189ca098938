namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>Settings of the tilt that aims at an effective sample size.</summary>
public sealed record EssTiltOptions : TiltOptions
{
    /// <summary>The effective size as a share of the batch, in (0, 1]: 1 is the plain mean, one over the batch is the largest loss alone.</summary>
    /// <value>The default is 0.2.</value>
    public double Share { get; init; } = 0.2;

    /// <summary>How much of the tilt is that of the batches before, in [0, 1).</summary>
    /// <value>The default is 0.9.</value>
    public double Smoothing { get; init; } = 0.9;

    /// <inheritdoc/>
    internal override Tilt Create() => new EssTilt(this);

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Share is > 0 and <= 1 && Smoothing is >= 0 and < 1 ? []
        : ["share must be in (0, 1], and smoothing in [0, 1)."];
}

/// <summary>Estimator E: the tilt at which so many items count, whatever the unit of the losses.</summary>
internal sealed class EssTilt(EssTiltOptions options) : Tilt
{
    public override double[] State { get; } = [double.NaN];

    // t: 1 / Σ softmax(t l)² = ρ B
    public override TiltReading Weigh(ReadOnlySpan<double> losses, ReadOnlySpan<int> groups, Span<double> weights)
    {
        double found = TiltedRisk.TiltFor(losses, options.Share);
        double t = double.IsNaN(State[0]) ? found : (options.Smoothing * State[0]) + ((1 - options.Smoothing) * found);
        State[0] = t;
        double value = TiltedRisk.Of(losses, t, weights);
        return new TiltReading(value, t, Effective(weights));
    }
}
