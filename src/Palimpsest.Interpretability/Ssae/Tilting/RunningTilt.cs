namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>Settings of the running normaliser.</summary>
public sealed record RunningTiltOptions : TiltOptions
{
    /// <summary>The tilt, not 0.</summary>
    /// <value>The default is 1.</value>
    public double T { get; init; } = 1;

    /// <summary>How much a batch moves the normaliser, in (0, 1].</summary>
    /// <value>The default is 0.1.</value>
    public double Rate { get; init; } = 0.1;

    /// <summary>The most that an item counts, in shares of a batch.</summary>
    /// <value>The default is 50.</value>
    public double MostShares { get; init; } = 50;

    /// <inheritdoc/>
    internal override Tilt Create() => new RunningTilt(this);

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        T != 0 && double.IsFinite(T) && Rate is > 0 and <= 1 && MostShares > 0 ? [] : ["t must not be 0, rate must be in (0, 1], and most_shares above 0."];
}

/// <summary>Estimator B: weights against the tilted risk over past batches (stochastic TERM, Li et al. 2021, algorithm 2).</summary>
/// <remarks>With a large tilt almost every batch has weights near 0, unless it holds an item near the running maximum. The normaliser begins with the first
/// batch's tilted risk.</remarks>
internal sealed class RunningTilt(RunningTiltOptions options) : Tilt
{
    public override double[] State { get; } = [double.NaN];

    // r <- (1/t) log((1 - λ) exp(t r) + λ exp(t R(batch)))        w_i = exp(t (l_i - r)) / B, constant
    public override TiltReading Weigh(ReadOnlySpan<double> losses, ReadOnlySpan<int> groups, Span<double> weights)
    {
        double t = options.T, batch = TiltedRisk.Of(losses, t, weights);
        double running = double.IsNaN(State[0]) ? batch : State[0], top = Math.Max(t * running, t * batch);
        running = (top + Math.Log(((1 - options.Rate) * Math.Exp((t * running) - top)) + (options.Rate * Math.Exp((t * batch) - top)))) / t;
        State[0] = running;
        double value = 0, most = options.MostShares / losses.Length;
        int clamped = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            double weight = Math.Exp(t * (losses[i] - running)) / losses.Length;
            clamped += weight > most ? 1 : 0;
            weights[i] = Math.Min(weight, most);
            value += weights[i] * losses[i];
        }

        return new TiltReading(value, t, Effective(weights), clamped / (double)losses.Length);
    }
}
