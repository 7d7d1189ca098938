using static System.FormattableString;

namespace Palimpsest.Privacy;

/// <summary>The least noise that keeps a budget. Whatever the tolerance, the noise that is returned was accounted for and keeps it.</summary>
public static class NoiseCalibration
{
    private const double MostNoise = 1e7;

    /// <summary>By Rényi differential privacy, for any mechanism.</summary>
    /// <param name="mechanism">The mechanism of a noise multiplier.</param>
    /// <param name="steps">Releases.</param>
    /// <param name="epsilon">ε, above 0.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <param name="orders">Orders of the accountant; its default ones by default.</param>
    /// <param name="tolerance">Share by which the noise may lie above the least.</param>
    /// <exception cref="PalimpsestException">A setting is none, or no noise keeps the budget.</exception>
    public static double Rdp(
        Func<double, IRdpMechanism> mechanism, long steps, double epsilon, double delta, IReadOnlyList<double>? orders = null, double tolerance = 1e-10) =>
        Least(
            noise =>
            {
                RdpAccountant accountant = new(orders);
                accountant.Compose(mechanism(noise), steps);
                return accountant.Epsilon(delta).Value;
            },
            epsilon, 1, tolerance);

    /// <summary>By privacy loss distributions, for the Poisson-subsampled Gaussian: less noise than by <see cref="Rdp"/>.</summary>
    /// <param name="rate">q, the sampling rate.</param>
    /// <param name="steps">Releases.</param>
    /// <param name="epsilon">ε, above 0.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <param name="interval">As the accountant has it.</param>
    /// <param name="tolerance">Share by which the noise may lie above the least.</param>
    /// <exception cref="PalimpsestException">A setting is none, or no noise keeps the budget.</exception>
    public static double Pld(double rate, long steps, double epsilon, double delta, double? interval = null, double tolerance = 1e-6)
    {
        // Rényi bounds and a grid ten times as coarse cost little and leave a narrow bracket.
        double start = Rdp(noise => new SubsampledGaussian(rate, noise), steps, epsilon, delta, tolerance: 1e-2);
        double near = Least(EpsilonOn((interval ?? PldAccountant.FinestInterval) * 10, adaptive: true), epsilon, start, 1e-4);
        Func<double, double> exact = EpsilonOn(interval ?? PldAccountant.FinestInterval, adaptive: interval is null);
        return Least(exact, epsilon, near, tolerance, reach: Math.Max(1e-3, tolerance));

        Func<double, double> EpsilonOn(double grid, bool adaptive) => noise =>
        {
            PldAccountant accountant = new(grid, adaptive);
            accountant.Compose(new SubsampledGaussian(rate, noise), steps);
            return accountant.Epsilon(delta);
        };
    }

    // ln ε is nearly straight in ln σ: a secant that stays inside its bracket (Illinois) needs about six evaluations.
    private static double Least(Func<double, double> epsilonOf, double target, double start, double tolerance, double reach = 0.2)
    {
        if (!(target > 0) || double.IsInfinity(target))
        {
            throw new PalimpsestException(Invariant(
                $"Epsilon must be above 0 and finite to find noise for it, but is {target}. Usual budgets lie between 0.1 and 10."));
        }

        (double high, double atHigh) = (Math.Log(start), Value(Math.Log(start)));
        (double low, double atLow) = (high, atHigh);
        for (double step = reach; atHigh > 0; step *= 2)
        {
            (low, atLow) = (high, atHigh);
            high += step;
            if (high > Math.Log(MostNoise))
            {
                throw new PalimpsestException(Invariant(
                    $"No noise multiplier up to {MostNoise:e0} keeps epsilon at {target}. Allow a larger epsilon or delta, or fewer rounds."));
            }

            atHigh = Value(high);
        }

        double floor = Math.Log(SubsampledGaussian.LeastNoise);
        for (double step = reach; atLow <= 0; step *= 2)
        {
            if (low <= floor)
            {
                return SubsampledGaussian.LeastNoise;
            }

            (high, atHigh) = (low, atLow);
            low = Math.Max(floor, low - step);
            atLow = Value(low);
        }

        double weightLow = atLow, weightHigh = atHigh;
        while (high - low > tolerance)
        {
            double guess = double.IsFinite(weightLow) && double.IsFinite(weightHigh)
                ? high - ((high - low) * weightHigh / (weightHigh - weightLow)) : (low + high) / 2;

            // Near an end, a step of the tolerance over to the other side closes the bracket.
            double next = Math.Clamp(guess, low + (0.9 * tolerance), Math.Max(low + (0.9 * tolerance), high - (0.9 * tolerance)));
            double value = Value(next);
            if (value <= 0)
            {
                (high, weightHigh, weightLow) = (next, value, weightLow / 2);
            }
            else
            {
                (low, weightLow, weightHigh) = (next, value, weightHigh / 2);
            }
        }

        return Math.Exp(high);

        double Value(double log) => Math.Log(epsilonOf(Math.Max(Math.Exp(log), SubsampledGaussian.LeastNoise)) / target);
    }
}
