namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>Settings of the variational form.</summary>
public sealed record VariationalTiltOptions : TiltOptions
{
    /// <summary>The tilt, above 0.</summary>
    /// <value>The default is 1.</value>
    public double T { get; init; } = 1;

    /// <summary>Step of tau along its gradient, in units of 1/t.</summary>
    /// <value>The default is 0.1.</value>
    public double Rate { get; init; } = 0.1;

    /// <inheritdoc/>
    internal override Tilt Create() => new VariationalTilt(this);

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => T > 0 && double.IsFinite(T) && Rate is >= 0 and <= 1 ? [] : ["t must be above 0, and rate in [0, 1]."];
}

/// <summary>Estimator C: the least over τ of τ + (mean exp(t (l - τ)) - 1) / t is the tilted risk, and its gradients over a batch are unbiased.</summary>
/// <remarks>τ begins with the first batch's tilted risk and takes a gradient step a batch, of at most 1/t. Exponents are cut off at 20; what is cut off passes
/// no gradient.</remarks>
internal sealed class VariationalTilt(VariationalTiltOptions options) : Tilt
{
    private const double MostExponent = 20;

    public override double[] State { get; } = [double.NaN];

    public override TiltReading Weigh(ReadOnlySpan<double> losses, ReadOnlySpan<int> groups, Span<double> weights)
    {
        double t = options.T, tau = double.IsNaN(State[0]) ? TiltedRisk.Of(losses, t, weights) : State[0];
        double mean = 0, slope = 1;
        int clamped = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            double exponent = t * (losses[i] - tau), height = Math.Exp(Math.Min(exponent, MostExponent)) / losses.Length;
            clamped += exponent > MostExponent ? 1 : 0;
            mean += height;
            weights[i] = exponent > MostExponent ? 0 : height;
            slope -= weights[i];
        }

        // d/dτ = 1 - mean exp(t (l - τ)). Where all is cut off, the slope says "down", but τ lies far too low.
        State[0] = tau - (options.Rate / t * Math.Clamp(clamped > 0 ? 1 - mean : slope, -1, 1));
        return new TiltReading(tau + ((mean - 1) / t), t, Effective(weights), clamped / (double)losses.Length);
    }
}
