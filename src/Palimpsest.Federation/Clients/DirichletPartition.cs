using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Federation.Clients;

/// <summary>Deals out the examples of a classification so that clients differ in their classes.</summary>
/// <remarks>
/// Hsu, Qi and Brown, arXiv 1909.06335, in the form of FLASC's released code: a row Dirichlet(α, ..., α) a client, each column scaled to a sum of 1 and
/// multiplied by the class's number of examples, rounded; each class's examples are handed out in their order. Where the rounded counts are too many, the
/// last clients get fewer; where too few, the last examples belong to nobody.
/// </remarks>
public static class DirichletPartition
{
    /// <summary>Deals out.</summary>
    /// <param name="classes">The class of each example, from 0.</param>
    /// <param name="clients">How many clients, at least 1.</param>
    /// <param name="alpha">Above 0.</param>
    /// <param name="random">Each client takes a stream of its own from it.</param>
    /// <returns>The indices of each client's examples, class by class; maybe none.</returns>
    public static IReadOnlyList<int[]> Of(IReadOnlyList<int> classes, int clients, double alpha, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(classes);
        int[][] examples = [.. Enumerable.Range(0, classes.DefaultIfEmpty(-1).Max() + 1).Select(own => Enumerable.Range(0, classes.Count).Where(i =>
            classes[i] == own).ToArray())];
        double[][] shares = Shares(clients, examples.Length, alpha, random);
        int[] given = new int[examples.Length];
        return [.. shares.Select(row => examples.SelectMany((own, k) =>
        {
            int from = given[k];
            given[k] = Math.Min(own.Length, from + (int)Math.Round(row[k] * own.Length));
            return own[from..given[k]];
        }).ToArray())];
    }

    /// <summary>The share of each class that each client gets; those of a class sum to 1.</summary>
    /// <param name="clients">How many clients, at least 1.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="alpha">Above 0.</param>
    /// <param name="random">Each client takes a stream of its own from it.</param>
    /// <returns>[clients][classes]</returns>
    public static double[][] Shares(int clients, int classes, double alpha, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(clients, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(alpha);

        // Logarithms, since at a small alpha whole rows and columns fall below the least number.
        double[][] logs = [.. Enumerable.Range(0, clients).Select(client => Row(random.Child(client.ToString(CultureInfo.InvariantCulture))))];
        for (int k = 0; k < classes; k++)
        {
            double total = LogSum([.. logs.Select(row => row[k])]);
            foreach (double[] row in logs)
            {
                row[k] = Math.Exp(row[k] - total);
            }
        }

        return logs;

        double[] Row(RandomStream stream)
        {
            double[] draws = [.. Enumerable.Range(0, classes).Select(_ => LogGamma(alpha, stream))];
            double total = LogSum(draws);
            return [.. draws.Select(draw => draw - total)];
        }
    }

    // ln X with X ~ Gamma(a, 1): Gamma(a) = Gamma(a + 1) U^(1/a), and for a shape above 1 Marsaglia and Tsang, ACM TOMS 26(3), 2000.
    private static double LogGamma(double shape, RandomStream random)
    {
        double d = shape + 1 - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = random.NextGaussian(), v = 1 + (c * x);
            v = v * v * v;
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return Math.Log(d * v) + (Math.Log(1 - random.NextDouble()) / shape);
            }
        }
    }

    private static double LogSum(double[] logs)
    {
        double largest = logs.DefaultIfEmpty().Max();
        return largest + Math.Log(logs.Sum(value => Math.Exp(value - largest)));
    }
}
