namespace Palimpsest.Privacy;

/// <summary>A privacy loss distribution on a grid, pessimistic: its δ(ε) is nowhere below the true one.</summary>
/// <param name="Interval">h, the distance of neighbouring losses.</param>
/// <param name="Lowest">Index of the lowest loss, which is <paramref name="Lowest"/> · h.</param>
/// <param name="Masses">Probability of each loss, ascending.</param>
/// <param name="Infinite">Probability of an infinite loss.</param>
/// <remarks>
/// Doroshenko, Ghazi, Kamath, Kumar and Manurangsi, Connect the Dots: Tighter Discrete Approximations of Privacy Loss Distributions (2022), algorithm 1;
/// composition by fast Fourier transform: Koskela, Jälkö and Honkela (2020).
/// </remarks>
internal sealed record PrivacyLossDistribution(double Interval, long Lowest, double[] Masses, double Infinite)
{
    /// <summary>The one release of a subsampled Gaussian whose δ(ε) equals the true one at every point of the grid.</summary>
    /// <param name="curve">The true curve.</param>
    /// <param name="interval">h, above 0.</param>
    /// <param name="most">Points there may be.</param>
    /// <returns>Null if there would be more points.</returns>
    public static PrivacyLossDistribution? Of(HockeyStick curve, double interval, int most)
    {
        (double lower, double upper) = curve.Range();
        (double first, double last) = (Math.Floor(lower / interval), Math.Ceiling(upper / interval));
        if (!(last - first < most))
        {
            return null;
        }

        double[] deltas = new double[(int)(last - first) + 1];
        double before = 1;
        for (int i = 0; i < deltas.Length; i++)
        {
            before = deltas[i] = Math.Clamp(curve.Delta((first + i) * interval), 0, before);
        }

        // p_i = ((δ_{i+1} - δ_i) - e^h (δ_i - δ_{i-1})) / (e^h - 1), and the ends take what lies beyond them.
        double[] masses = new double[deltas.Length];
        double growth = LogSpace.Expm1(interval), shrink = LogSpace.Expm1(-interval), power = Math.Exp(interval);
        int end = deltas.Length - 1;
        masses[0] = end == 0 ? 1 - deltas[0] : 1 - deltas[0] + ((deltas[1] - deltas[0]) / growth);
        for (int i = 1; i < end; i++)
        {
            masses[i] = Math.Max(0, ((deltas[i + 1] - deltas[i]) - (power * (deltas[i] - deltas[i - 1]))) / growth);
        }

        masses[0] = Math.Max(0, masses[0]);
        if (end > 0)
        {
            masses[end] = Math.Max(0, (deltas[end] - deltas[end - 1]) / shrink);
        }

        return new PrivacyLossDistribution(interval, (long)first, masses, deltas[end]);
    }

    /// <summary>A distribution of losses that are known one by one, each rounded up to the grid.</summary>
    /// <param name="losses">Losses, ascending, and their probabilities.</param>
    /// <param name="interval">h, above 0.</param>
    public static PrivacyLossDistribution Of(IEnumerable<(double Loss, double Mass)> losses, double interval)
    {
        (long Index, double Mass)[] all = [.. losses.Where(one => one.Mass > 0).Select(one => ((long)Math.Ceiling(one.Loss / interval), one.Mass))];
        double[] masses = new double[all[^1].Index - all[0].Index + 1];
        foreach ((long index, double mass) in all)
        {
            masses[index - all[0].Index] += mass;
        }

        return new PrivacyLossDistribution(interval, all[0].Index, masses, 0);
    }

    /// <summary>Several independent releases with this distribution.</summary>
    /// <param name="times">At least 1.</param>
    /// <param name="most">Points there may be.</param>
    /// <returns>Null if there would be more points.</returns>
    public PrivacyLossDistribution? Power(long times, int most)
    {
        if (times == 1)
        {
            return this;
        }

        if (Convolution.Power(Masses, times, most) is not (double[] masses, long offset, double tail))
        {
            return null;
        }

        double infinite = -LogSpace.Expm1(times * LogSpace.Log1p(-Infinite));
        return new PrivacyLossDistribution(Interval, (Lowest * times) + offset, masses, Math.Min(1, infinite + tail));
    }

    /// <summary>This release and another independent one.</summary>
    /// <param name="other">On the same grid.</param>
    /// <param name="most">Points there may be.</param>
    /// <returns>Null if there would be more points.</returns>
    public PrivacyLossDistribution? With(PrivacyLossDistribution other, int most) => Masses.Length + other.Masses.Length - 1 > most ? null
        : new(Interval, Lowest + other.Lowest, Convolution.Of(Masses, other.Masses), Infinite + (other.Infinite * (1 - Infinite)));

    /// <summary>δ(ε) = m_∞ + Σ over losses L > ε of p (1 - e^(ε - L)).</summary>
    public double Delta(double epsilon)
    {
        double sum = Infinite;
        for (int i = Masses.Length - 1; i >= 0 && (Lowest + i) * Interval > epsilon; i--)
        {
            sum -= Masses[i] * LogSpace.Expm1(epsilon - ((Lowest + i) * Interval));
        }

        return Math.Min(1, sum);
    }

    /// <summary>The smallest ε of at least 0 with δ(ε) of at most <paramref name="delta"/>; infinite if there is none.</summary>
    public double Epsilon(double delta)
    {
        if (Infinite > delta)
        {
            return double.PositiveInfinity;
        }

        // From the top: δ(ε) = upper - e^ε lower with the masses above ε in both sums.
        double upper = Infinite, lower = 0;
        for (int i = Masses.Length - 1; i >= 0; i--)
        {
            double loss = (Lowest + i) * Interval;
            if (loss <= 0 || (upper > delta && lower > 0 && Math.Log((upper - delta) / lower) >= loss))
            {
                break;
            }

            upper += Masses[i];
            lower += Masses[i] * Math.Exp(-loss);
            if (upper >= delta && lower == 0)
            {
                return loss;
            }
        }

        return upper <= lower + delta ? 0 : Math.Log((upper - delta) / lower);
    }
}
