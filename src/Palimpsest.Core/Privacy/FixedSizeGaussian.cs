namespace Palimpsest.Privacy;

/// <summary>The Gaussian mechanism on a fixed number of units that are drawn without replacement.</summary>
/// <param name="Population">n, all units.</param>
/// <param name="Sample">m, the units of a round, from 1 to n.</param>
/// <param name="Noise">Standard deviation of the noise over the largest change by a replacement; with contributions of norm C that is 2 C, so half of the
/// noise multiplier.</param>
/// <remarks>
/// Neighbours differ by one unit <b>replaced</b>. Wang, Balle and Kasiviswanathan, Subsampled Rényi Differential Privacy and Analytical Moments Accountant
/// (2019), theorem 27, with the ternary |χ|^α-divergences D_m = E over x ~ N(0, σ²) of (e^((2x - 1) / (2σ²)) - 1)^m, m even: never negative inside, hence
/// integrated without cancelling. Much larger than Poisson sampling's bound: for 50 of 400 units, 1.145 and 5 rounds ε is 3.36 at δ = 1e-5. Above order 256
/// only the looser of its two branches is used.
/// </remarks>
public readonly record struct FixedSizeGaussian(long Population, long Sample, double Noise) : IRdpMechanism
{
    private const int MostExact = 256;

    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">The sample is larger than the population, or the noise is none.</exception>
    public double[] Rdp(IReadOnlyList<double> orders)
    {
        ArgumentNullException.ThrowIfNull(orders);
        if (Sample < 1 || Sample > Population)
        {
            throw new PalimpsestException($"A sample of {Sample} units cannot be drawn from {Population}. It must have from 1 unit to all of them.");
        }

        new SubsampledGaussian((double)Sample / Population, Noise).Check();
        if (Sample == Population)
        {
            return new SubsampledGaussian(1, Noise).Rdp(orders);
        }

        int largest = (int)Math.Min(MostExact, Math.Ceiling(orders.Max()));
        double[] divergences = LogDivergences(largest);
        double[] values = new double[orders.Count];
        for (int i = 0; i < values.Length; i++)
        {
            // (α - 1) RDP is convex in α, so the chord between whole orders lies above it.
            double below = Math.Floor(orders[i]), share = orders[i] - below, log = LogMoment((int)below, divergences);
            log = share == 0 ? log : ((1 - share) * log) + (share * LogMoment((int)below + 1, divergences));
            values[i] = log / (orders[i] - 1);
        }

        return values;
    }

    // ln A(α), with ternary terms where the divergences are known.
    private double LogMoment(int order, double[] divergences)
    {
        double sum = 0, logRate = Math.Log((double)Sample / Population), scale = 2 * Noise * Noise, logBinomial = Math.Log(order), ln2 = Math.Log(2);
        for (int i = 2; i <= order; i++)
        {
            logBinomial += Math.Log((order - i + 1) / (double)i);
            double term = ln2 + (i * (i - 1.0) / scale);
            if (i == 2)
            {
                term = Math.Min((2 * ln2) + LogSpace.LogExpm1(2 / scale), term);
            }
            else if (order <= MostExact)
            {
                term = Math.Min((2 * ln2) + ((divergences[i / 2] + divergences[(i + 1) / 2]) / 2), term);
            }

            sum = LogSpace.Add(sum, term + (i * logRate) + logBinomial);
        }

        return sum;
    }

    // ln D_2k at index k, by the trapezoidal rule on the whole line.
    private double[] LogDivergences(int largest)
    {
        double[] sums = new double[((largest + 1) / 2) + 1];
        Array.Fill(sums, double.NegativeInfinity);
        double step = Noise / 8, scale = 2 * Noise * Noise, end = (2 * sums.Length) + (12 * Noise), norm = Math.Log(step / (Noise * Math.Sqrt(2 * Math.PI)));
        for (double x = -12 * Noise; x <= end; x += step)
        {
            double u = ((2 * x) - 1) / scale, log = u > 0 ? LogSpace.LogExpm1(u) : Math.Log(-LogSpace.Expm1(u));
            for (int k = 0; k < sums.Length; k++)
            {
                sums[k] = LogSpace.Add(sums[k], (k == 0 ? 0 : 2 * k * log) - (x * x / scale) + norm);
            }
        }

        return sums;
    }
}
