namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>The tilted mean of losses (Li et al., Tilted Empirical Risk Minimization, ICLR 2021), in double precision.</summary>
/// <remarks>R(t) = (1/t) log(mean exp(t l)): the mean for t = 0, towards the maximum for large t and the minimum for negative t. Its gradient is a weight an
/// item, softmax(t l).</remarks>
public static class TiltedRisk
{
    /// <summary>The tilted mean and the weights of its gradient.</summary>
    /// <param name="losses">At least one.</param>
    /// <param name="t">The tilt, any number.</param>
    /// <param name="weights">Receives the weights, which add up to 1; as many as losses.</param>
    /// <param name="shares">What each loss counts, adding up to 1; empty for equal shares.</param>
    public static double Of(ReadOnlySpan<double> losses, double t, Span<double> weights, ReadOnlySpan<double> shares = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(losses.Length, nameof(losses));
        double top = double.NegativeInfinity, mean = 0, spread = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            top = Math.Max(top, t * losses[i]);
            mean += Share(shares, losses, i) * losses[i];
        }

        double sum = 0, near = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            weights[i] = Share(shares, losses, i) * Math.Exp((t * losses[i]) - top);
            sum += weights[i];
            near += Share(shares, losses, i) * ExpMinusOne(t * (losses[i] - mean));
            spread = Math.Max(spread, Math.Abs(t * (losses[i] - mean)));
        }

        for (int i = 0; i < losses.Length; i++)
        {
            weights[i] /= sum;
        }

        // log(sum exp) / t loses all digits for a small t.
        return t == 0 ? mean : spread < 1 ? mean + (LogOnePlus(near) / t) : (top + Math.Log(sum)) / t;
    }

    /// <summary>1 / Σ w²: how many items the weights amount to.</summary>
    /// <param name="weights">Adding up to 1.</param>
    public static double EffectiveSize(ReadOnlySpan<double> weights)
    {
        double squares = 0;
        foreach (double weight in weights)
        {
            squares += weight * weight;
        }

        return 1 / squares;
    }

    /// <summary>The smallest tilt of at least 0 at which the effective size is a share of the number of losses; the largest one looked at where ties at the
    /// maximum keep it above.</summary>
    /// <param name="losses">At least one.</param>
    /// <param name="share">In (0, 1].</param>
    public static double TiltFor(ReadOnlySpan<double> losses, double share)
    {
        double target = share * losses.Length, low = 0, high = 1;
        double[] weights = new double[losses.Length];
        double top = losses[0], bottom = losses[0];
        foreach (double loss in losses)
        {
            (top, bottom) = (Math.Max(top, loss), Math.Min(bottom, loss));
        }

        if (share >= 1 || top == bottom)
        {
            return 0;
        }

        high /= top - bottom;
        double limit = 1e6 * high;
        while (Size(losses, high) > target && high < limit)
        {
            high *= 2;
        }

        for (int i = 0; i < 200 && high - low > 1e-15 * high; i++)
        {
            double middle = low + ((high - low) / 2);
            (low, high) = Size(losses, middle) > target ? (middle, high) : (low, middle);
        }

        return high;

        double Size(ReadOnlySpan<double> values, double t)
        {
            Of(values, t, weights);
            return EffectiveSize(weights);
        }
    }

    private static double Share(ReadOnlySpan<double> shares, ReadOnlySpan<double> losses, int i) => shares.IsEmpty ? 1.0 / losses.Length : shares[i];

    // exp(x) - 1 and log(1 + x) without loss of digits near 0 (Kahan).
    private static double ExpMinusOne(double x)
    {
        double u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 || double.IsInfinity(u) ? u - 1 : (u - 1) * x / Math.Log(u);
    }

    private static double LogOnePlus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }
}
