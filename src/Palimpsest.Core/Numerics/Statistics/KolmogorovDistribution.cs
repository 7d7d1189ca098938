namespace Palimpsest.Numerics.Statistics;

/// <summary>The distribution of the one-sample, two-sided Kolmogorov-Smirnov distance, for a number of observations and in the limit.</summary>
/// <remarks>
/// Marsaglia, Tsang and Wang, Evaluating Kolmogorov's Distribution, J. Statistical Software 8 (2003), for the body; twice the one-sided probability (Birnbaum and Tingey 1951) for the tail,
/// where both sides being far at once has a share below 1e-10 (Simard and L'Ecuyer, J. Statistical Software 39 (2011), section 2).
/// </remarks>
public static class KolmogorovDistribution
{
    private const int ExactLimit = 2_000;

    /// <summary>The probability that the distance of <paramref name="n"/> observations is at least <paramref name="d"/>.</summary>
    /// <param name="d">The distance.</param>
    /// <param name="n">At least 1. Above 2,000 the body is the limiting law with Vrbik's correction (2018), within 1e-5.</param>
    public static double Survival(double d, int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        if (double.IsNaN(d))
        {
            return d;
        }

        double t = n * d;
        if (t <= 0.5 || d >= 1)
        {
            return d >= 1 ? 0 : 1;
        }

        if (t * d > 4 || d >= 0.5)
        {
            return Math.Min(2 * OneSided(d, n), 1);
        }

        double root = Math.Sqrt(n), z = root * d;
        return n <= ExactLimit ? 1 - Body(d, n) : Limit(z + (1 / (6 * root)) + ((z - 1) / (4 * n)));
    }

    // 2 Σ_k (-1)^(k-1) e^(-2k²z²); below 1 the form of the theta function that converges there.
    /// <summary>The limit of P(√n D ≥ z) for many observations.</summary>
    /// <param name="z">The scaled distance.</param>
    public static double Limit(double z)
    {
        if (!(z > 0))
        {
            return double.IsNaN(z) ? z : 1;
        }

        double sum = 0;
        if (z < 1)
        {
            for (int k = 1; k <= 9; k += 2)
            {
                sum += Math.Exp(-k * k * Math.PI * Math.PI / (8 * z * z));
            }

            return 1 - (Math.Sqrt(2 * Math.PI) / z * sum);
        }

        for (int k = 1; k <= 6; k++)
        {
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2 * k * k * z * z);
        }

        return sum;
    }

    // d Σ_j C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j)
    private static double OneSided(double d, int n)
    {
        double sum = 0;
        for (int j = 0; j < n * (1 - d); j++)
        {
            double rest = 1 - d - ((double)j / n);
            if (rest > 0)
            {
                sum += Math.Exp(GammaFunction.LogBinomial(n, j) + ((j - 1) * Math.Log(d + ((double)j / n))) + ((n - j) * Math.Log(rest)));
            }
        }

        return d * sum;
    }

    // n!/n^n times the middle entry of the n-th power of a matrix whose border corrects for k = ⌈nd⌉ being no whole distance. Powers are scaled to stay in range.
    private static double Body(double d, int n)
    {
        int k = (int)(n * d) + 1, size = (2 * k) - 1;
        double h = k - (n * d);
        double[,] step = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                step[i, j] = i - j + 1 >= 0 ? 1 : 0;
            }
        }

        for (int i = 0; i < size; i++)
        {
            step[i, 0] -= Math.Pow(h, i + 1);
            step[size - 1, i] -= Math.Pow(h, size - i);
        }

        step[size - 1, 0] += (2 * h) - 1 > 0 ? Math.Pow((2 * h) - 1, size) : 0;
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                for (int g = 2; g <= i - j + 1; g++)
                {
                    step[i, j] /= g;
                }
            }
        }

        int exponent = 0, power = 0;
        double[,]? result = null;
        for (int left = n; ; left >>= 1)
        {
            if ((left & 1) == 1)
            {
                result = result is null ? (double[,])step.Clone() : Multiply(result, step);
                power += exponent;
                Scale(result, k - 1, ref power);
            }

            if (left == 1)
            {
                break;
            }

            step = Multiply(step, step);
            exponent *= 2;
            Scale(step, k - 1, ref exponent);
        }

        double value = result![k - 1, k - 1];
        for (int i = 1; i <= n; i++)
        {
            value = value * i / n;
            if (value < 1e-140)
            {
                value *= 1e140;
                power -= 140;
            }
        }

        return value * Math.Pow(10, power);
    }

    private static void Scale(double[,] matrix, int middle, ref int power)
    {
        if (matrix[middle, middle] > 1e140)
        {
            for (int i = 0; i < matrix.GetLength(0); i++)
            {
                for (int j = 0; j < matrix.GetLength(1); j++)
                {
                    matrix[i, j] *= 1e-140;
                }
            }

            power += 140;
        }
    }

    private static double[,] Multiply(double[,] a, double[,] b)
    {
        int size = a.GetLength(0);
        double[,] result = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            for (int k = 0; k < size; k++)
            {
                double factor = a[i, k];
                for (int j = 0; j < size; j++)
                {
                    result[i, j] += factor * b[k, j];
                }
            }
        }

        return result;
    }
}
