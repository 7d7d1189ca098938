using static System.FormattableString;

namespace Palimpsest.Privacy;

/// <summary>The Poisson-subsampled Gaussian mechanism: every unit is included independently with probability <paramref name="Rate"/>, and the sum gets normal
/// noise.</summary>
/// <param name="Rate">q, the sampling rate, in [0, 1].</param>
/// <param name="Noise">σ, the noise multiplier: standard deviation of the noise over the largest norm of a unit's contribution; at least <see
/// cref="LeastNoise"/>.</param>
/// <remarks>
/// Neighbours differ by one unit added or removed. Mironov, Talwar and Zhang, Rényi Differential Privacy of the Sampled Gaussian Mechanism (2019):
/// RDP(α) = ln A(α) / (α - 1) with A(α) = E over x ~ N(0, σ²) of w(x)^α and w(x) = 1 - q + q e^((2x - 1) / (2σ²)).
/// Since E w = 1, A(α) - 1 = E[w^α - 1 - α (w - 1)], the mean of something never negative: no digits are lost to cancelling terms of the paper's series
/// (section 3.3), and small values keep their relative precision.
/// </remarks>
public readonly record struct SubsampledGaussian(double Rate, double Noise) : IRdpMechanism
{
    /// <summary>The least noise that is accounted for; less protects nobody (ε is beyond 5,000 in one full round).</summary>
    public const double LeastNoise = 0.01;

    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">The rate or the noise is none.</exception>
    public double[] Rdp(IReadOnlyList<double> orders)
    {
        ArgumentNullException.ThrowIfNull(orders);
        Check();
        double[] values = LogExcess(orders);
        for (int i = 0; i < values.Length; i++)
        {
            // ln(1 + e^y), without overflow.
            values[i] = LogSpace.Add(0, values[i]) / (orders[i] - 1);
        }

        return values;
    }

    /// <summary>Refuses what is no mechanism.</summary>
    /// <exception cref="PalimpsestException">The rate or the noise is none.</exception>
    internal void Check()
    {
        if (!(Rate is >= 0 and <= 1))
        {
            throw new PalimpsestException(Invariant(
                $"The sampling rate must lie between 0 and 1, but is {Rate}. It is the share of all units that a round takes in, such as 0.01."));
        }

        if (!(Noise >= LeastNoise) || double.IsInfinity(Noise))
        {
            throw new PalimpsestException(Invariant(
                $"The noise multiplier must be at least {LeastNoise}, but is {Noise}. Usual values lie between 0.4 and 10."));
        }
    }

    /// <summary>ln(A(α) - 1) at each order.</summary>
    internal double[] LogExcess(IReadOnlyList<double> orders)
    {
        (double q, double variance) = (Rate, Noise * Noise);
        double[] values = new double[orders.Count];
        List<int> fractional = [];
        for (int i = 0; i < values.Length; i++)
        {
            double order = orders[i];
            if (q is 0 or 1)
            {
                double exponent = order * (order - 1) / (2 * variance);
                values[i] = q == 0 ? double.NegativeInfinity : LogSpace.LogExpm1(exponent);
            }
            else if (order == Math.Floor(order))
            {
                values[i] = WholeOrder((int)order);
            }
            else
            {
                fractional.Add(i);
            }
        }

        FractionalOrders(orders, fractional, values);
        return values;
    }

    // A - 1 = Σ_{i=2..α} C(α, i) (1-q)^(α-i) q^i (e^((i² - i) / (2σ²)) - 1)
    private double WholeOrder(int order)
    {
        double logBinomial = Math.Log(order), logRate = Math.Log(Rate), logRest = LogSpace.Log1p(-Rate), sum = double.NegativeInfinity;
        for (int i = 2; i <= order; i++)
        {
            logBinomial += Math.Log((order - i + 1) / (double)i);
            sum = LogSpace.Add(sum, logBinomial + (i * logRate) + ((order - i) * logRest) + LogSpace.LogExpm1((double)i * (i - 1) / (2 * Noise * Noise)));
        }

        return sum;
    }

    // The trapezoidal rule on the whole line. Its error falls as e^(-2π d / h) with the distance d = πσ² of the roots of w from the line, and as e^(-2π² σ² /
    // h²).
    private void FractionalOrders(IReadOnlyList<double> orders, List<int> which, double[] values)
    {
        if (which.Count == 0)
        {
            return;
        }

        const double Deviations = 11;
        double step = Math.Min(Noise / 4, Noise * Noise / 2), from = -Deviations * Noise, to = which.Max(i => orders[i]) + (Deviations * Noise);
        double[] sums = new double[which.Count];
        Array.Fill(sums, double.NegativeInfinity);
        for (double x = from; x <= to; x += step)
        {
            double logWeight = LogWeight(Rate, ((2 * x) - 1) / (2 * Noise * Noise)), logDensity = -x * x / (2 * Noise * Noise);
            for (int k = 0; k < sums.Length; k++)
            {
                double term = logDensity + LogConvexity(orders[which[k]], logWeight);
                if (term > sums[k] - 45)
                {
                    sums[k] = LogSpace.Add(sums[k], term);
                }
            }
        }

        for (int k = 0; k < sums.Length; k++)
        {
            values[which[k]] = sums[k] + Math.Log(step / (Noise * Math.Sqrt(2 * Math.PI)));
        }
    }

    /// <summary>ln(1 - q + q e^u).</summary>
    internal static double LogWeight(double rate, double u) => rate == 1 ? u
        : u <= 1 ? LogSpace.Log1p(rate * LogSpace.Expm1(u)) : u + Math.Log(rate) + LogSpace.Log1p((1 - rate) / rate * Math.Exp(-u));

    // ln(w^α - 1 - α (w - 1)) with w = e^v
    private static double LogConvexity(double order, double v)
    {
        double exponent = order * v;
        if (exponent > 30)
        {
            return exponent + LogSpace.Log1p(-(Math.Exp(-exponent) * (1 - order)) - (order * Math.Exp(v - exponent)));
        }

        if (Math.Abs(exponent) > 0.5)
        {
            return Math.Log(LogSpace.Expm1(exponent) - (order * LogSpace.Expm1(v)));
        }

        // Σ_{k≥2} (α^k - α) v^k / k!, where the difference would cancel.
        double sum = 0, power = v, orderPower = order;
        for (int k = 2; k <= 16; k++)
        {
            power *= v / k;
            orderPower *= order;
            sum += (orderPower - order) * power;
        }

        return Math.Log(sum);
    }
}
