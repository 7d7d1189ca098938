namespace Palimpsest.Privacy;

/// <summary>Adds up releases of Poisson-subsampled Gaussians by their privacy loss distributions: close to the true ε, never below it.</summary>
/// <remarks>
/// Neighbours differ by one unit added or removed; both are computed and the worse counts. The curve is discretised pessimistically (<see
/// cref="PrivacyLossDistribution"/>) and composed by FFT; up to 1e-15 of mass that is cut off per setting counts as an infinite loss, so δ cannot be smaller
/// than that. Rounding of the transform is of the same size and bounded by nothing but tests. Not safe for use by several threads at once.
/// </remarks>
public sealed class PldAccountant
{
    internal const double FinestInterval = 1e-4;
    private const int MostPoints = 1 << 18;

    private readonly double _interval;
    private readonly bool _adaptive;
    private readonly Dictionary<SubsampledGaussian, long> _releases = [];
    private IReadOnlyList<PrivacyLossDistribution>? _composed;

    /// <param name="interval">Distance of neighbouring losses. By default 1e-4, and more where that would take over 262,144 points, which moves the last digits
    /// only. A coarser one proves a larger ε.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public PldAccountant(double? interval = null)
        : this(interval ?? FinestInterval, interval is null)
    {
    }

    /// <param name="interval">Distance of neighbouring losses.</param>
    /// <param name="adaptive">Whether it grows where there would be too many points.</param>
    internal PldAccountant(double interval, bool adaptive)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(interval);
        (_interval, _adaptive) = (interval, adaptive);
    }

    /// <summary>Adds releases.</summary>
    /// <param name="mechanism">What is released.</param>
    /// <param name="steps">How often, at least 0.</param>
    /// <exception cref="PalimpsestException">The mechanism or the number is none.</exception>
    public void Compose(SubsampledGaussian mechanism, long steps = 1)
    {
        mechanism.Check();
        PrivacyChecks.Steps(steps);
        if (steps > 0 && mechanism.Rate > 0)
        {
            _releases[mechanism] = _releases.GetValueOrDefault(mechanism) + steps;
            _composed = null;
        }
    }

    /// <summary>The smallest ε that is proven for δ; infinite if none is.</summary>
    /// <param name="delta">In (0, 1).</param>
    /// <exception cref="PalimpsestException">δ is none.</exception>
    public double Epsilon(double delta)
    {
        PrivacyChecks.Delta(delta);
        return Composed().Select(losses => losses.Epsilon(delta)).DefaultIfEmpty(0).Max();
    }

    /// <summary>The smallest δ that is proven for ε.</summary>
    /// <param name="epsilon">At least 0.</param>
    /// <exception cref="PalimpsestException">ε is none.</exception>
    public double Delta(double epsilon)
    {
        PrivacyChecks.Epsilon(epsilon);
        return Composed().Select(losses => losses.Delta(epsilon)).DefaultIfEmpty(0).Max();
    }

    /// <summary>The distribution of one adjacency, or null where nothing was released.</summary>
    internal PrivacyLossDistribution? Losses(Adjacency adjacency) =>
        Composed() is { Count: > 0 } sides ? sides[Math.Min((int)adjacency, sides.Count - 1)] : null;

    private IReadOnlyList<PrivacyLossDistribution> Composed()
    {
        if (_composed is not null)
        {
            return _composed;
        }

        // Without sampling both adjacencies are the same.
        Adjacency[] sides = _releases.Keys.All(mechanism => mechanism.Rate == 1) ? [Adjacency.Remove] : [Adjacency.Remove, Adjacency.Add];
        if (_releases.Count == 0)
        {
            return _composed = [];
        }

        int most = _adaptive ? MostPoints : 1 << 26;
        for (double interval = _interval; ; interval *= 4)
        {
            PrivacyLossDistribution?[] composed = [.. sides.Select(side => Compose(side, interval, most))];
            if (composed.All(losses => losses is not null))
            {
                return _composed = composed!;
            }

            if (!_adaptive)
            {
                throw new PalimpsestException($"The losses reach too far for the interval {_interval}. Leave the interval out, or add noise.");
            }
        }
    }

    private PrivacyLossDistribution? Compose(Adjacency side, double interval, int most)
    {
        PrivacyLossDistribution? all = null;
        foreach ((SubsampledGaussian mechanism, long steps) in _releases)
        {
            // Releases without sampling are one with less noise.
            (SubsampledGaussian one, long times) = mechanism.Rate == 1
                ? (mechanism with { Noise = mechanism.Noise / Math.Sqrt(steps) }, 1) : (mechanism, steps);
            if (PrivacyLossDistribution.Of(new HockeyStick(one, one.Rate == 1 ? Adjacency.Remove : side), interval, most)?.Power(times, most) is not { } losses)
            {
                return null;
            }

            all = all is null ? losses : all.With(losses, most);
            if (all is null)
            {
                return null;
            }
        }

        return all;
    }
}
