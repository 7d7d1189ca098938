namespace Palimpsest.Tests.Reasoning;

/// <summary>Theorem 6.1 without reference data: descent on either objective from the same table ends at the same table.</summary>
public sealed class TheoremTests
{
    private static readonly double[][] s_start = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]];
    private static readonly double[][] s_advantage = [[0.4, -0.2, -0.7], [0.3, 0, -0.1]];

    [Fact]
    public void Descent_OnEitherObjective_EndsAtTheSameTable()
    {
        const double beta = 0.5;
        double[][] expected = TabularTheorem.Optimum(s_start, s_advantage, beta);
        double[][] weighted = Descend(policy => TabularTheorem.Weighted(policy, s_start, s_advantage, beta).Slope, 1, 1000);
        double[][] preferred = Descend(policy => TabularTheorem.Dpo(policy, s_start, s_advantage, beta).Slope, 8, 800);
        AssertSame(expected, weighted);
        AssertSame(expected, preferred);
    }

    [Fact]
    public void Optimum_WithoutAdvantages_IsTheStart()
    {
        double[][] none = [.. s_advantage.Select(row => new double[row.Length])];
        AssertSame(s_start, TabularTheorem.Optimum(s_start, none, 0.1));
        Assert.All(TabularTheorem.Dpo(s_start, s_start, none, 0.1).Slope, row => Assert.All(row, slope => Assert.Equal(0, slope, 1e-12)));
    }

    private static double[][] Descend(Func<double[][], double[][]> slope, double rate, int steps)
    {
        double[][] policy = s_start;
        for (int step = 0; step < steps; step++)
        {
            double[][] down = slope(policy);
            policy = [.. policy.Zip(down, (row, own) =>
            {
                double[] weights = [.. row.Zip(own, (p, d) => p * Math.Exp(-rate * d))];
                return weights.Select(weight => weight / weights.Sum()).ToArray();
            })];
        }

        return policy;
    }

    private static void AssertSame(double[][] expected, double[][] actual) =>
        Assert.All(expected.Zip(actual).SelectMany(rows => rows.First.Zip(rows.Second)), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
}
