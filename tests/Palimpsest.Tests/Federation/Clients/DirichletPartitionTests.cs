using Palimpsest.Federation.Clients;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Federation.Clients;

public sealed class DirichletPartitionTests
{
    [Theory]
    [InlineData(100, 0.1)]
    [InlineData(7, 1)]
    [InlineData(3, 50)]
    [InlineData(1, 0.5)]
    [InlineData(40, 0.001)]
    public void Of_AnyClasses_EqualsTheSlowForm(int clients, double alpha)
    {
        RandomStream draws = new(4, "classes");
        int[] classes = [.. Enumerable.Range(0, 700).Select(_ => draws.NextInt(5))];
        IReadOnlyList<int[]> parts = DirichletPartition.Of(classes, clients, alpha, new RandomStream(9, "shares"));

        double[][] shares = DirichletPartition.Shares(clients, 5, alpha, new RandomStream(9, "shares"));
        List<int>[] slow = [.. Enumerable.Range(0, clients).Select(_ => new List<int>())];
        for (int k = 0; k < 5; k++)
        {
            int next = 0;
            List<int> own = [.. Enumerable.Range(0, classes.Length).Where(i => classes[i] == k)];
            for (int client = 0; client < clients; client++)
            {
                for (int count = (int)Math.Round(shares[client][k] * own.Count); count > 0 && next < own.Count; count--)
                {
                    slow[client].Add(own[next++]);
                }
            }
        }

        Assert.Equal(slow.Select(list => list.ToArray()), parts);
        Assert.Equal(parts.Sum(part => part.Length), parts.SelectMany(part => part).Distinct().Count());
        Assert.All(Enumerable.Range(0, 5), k => Assert.Equal(1, shares.Sum(row => row[k]), 1e-9));
    }

    [Fact]
    public void Of_NoExamples_GivesEmptyClients() => Assert.All(DirichletPartition.Of([], 3, 0.1, new RandomStream(1)), Assert.Empty);

    /// <summary>Before columns are scaled, a share is Beta(a, (K - 1) a): mean 1/K and variance (K - 1) / (K^2 (K a + 1)). One client of very many classes
    /// sees nothing of the scaling in ratios of its own; so the ratio x / (x + y) of two of them is Beta(a, a), with variance 1 / (4 (2 a + 1)).</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(8)]
    public void Shares_ManyClients_HaveTheMarginalsOfADirichlet(double alpha)
    {
        const int clients = 20_000;
        double[][] shares = DirichletPartition.Shares(clients, 3, alpha, new RandomStream(5));

        // With so many clients the column sums are all clients / 3, to within a percent: the rows are the draws.
        double[] first = [.. shares.Select(row => row[0] / row.Sum())];
        double mean = first.Average(), variance = first.Average(value => (value - mean) * (value - mean));
        Assert.Equal(1.0 / 3, mean, 0.01);
        Assert.Equal(2.0 / (9 * ((3 * alpha) + 1)), variance, 0.005);
        double[] ratio = [.. shares.Select(row => row[1] / (row[1] + row[2])).Where(double.IsFinite)];
        double middle = ratio.Average();
        Assert.Equal(0.5, middle, 0.015);
        Assert.Equal(1 / (4 * ((2 * alpha) + 1)), ratio.Average(value => (value - middle) * (value - middle)), 0.006);
    }
}
