namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>Settings of the gentle reweighting.</summary>
public sealed record ReweightedTiltOptions : TiltOptions
{
    /// <summary>The tilt in units of one over the mean loss.</summary>
    /// <value>The default is 0.002, which is nearly uniform.</value>
    public double T { get; init; } = 2e-3;

    /// <inheritdoc/>
    internal override Tilt Create() => new ReweightedTilt(this);

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => double.IsFinite(T) ? [] : ["t must be a number."];
}

/// <summary>Estimator D: w = softmax(t l / mean l), constant; the loss is Σ w l.</summary>
internal sealed class ReweightedTilt(ReweightedTiltOptions options) : Tilt
{
    public override TiltReading Weigh(ReadOnlySpan<double> losses, ReadOnlySpan<int> groups, Span<double> weights)
    {
        double mean = 0, value = 0;
        foreach (double loss in losses)
        {
            mean += loss / losses.Length;
        }

        double t = mean == 0 ? 0 : options.T / mean;
        TiltedRisk.Of(losses, t, weights);
        for (int i = 0; i < losses.Length; i++)
        {
            value += weights[i] * losses[i];
        }

        return new TiltReading(value, t, Effective(weights));
    }
}
