using Palimpsest.Numerics;

namespace Palimpsest.Tests.Numerics;

/// <summary>Matchings against all permutations.</summary>
public sealed class LinearAssignmentTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(3, 5)]
    [InlineData(5, 3)]
    public void Largest_SmallMatrices_EqualsTheBestOfAllMatchings(int rows, int columns)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RandomStream random = new(seed, "assignment");
            double[][] values = [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => random.NextGaussian()).ToArray())];
            int[] found = LinearAssignment.Largest(values);
            int[] used = [.. found.Where(column => column >= 0)];
            Assert.Equal(Math.Min(rows, columns), used.Distinct().Count());
            Assert.Equal(used.Length, used.Distinct().Count());
            Assert.Equal(Best(values, 0, new bool[columns], Math.Min(rows, columns)), found.Index().Where(pair => pair.Item >= 0)
                .Sum(pair => values[pair.Index][pair.Item]), 1e-9);
        }
    }

    private static double Best(double[][] values, int row, bool[] taken, int left)
    {
        if (left == 0 || row == values.Length)
        {
            return left == 0 ? 0 : double.NegativeInfinity;
        }

        double best = values.Length - row > left ? Best(values, row + 1, taken, left) : double.NegativeInfinity;
        for (int column = 0; column < taken.Length; column++)
        {
            if (!taken[column])
            {
                taken[column] = true;
                best = Math.Max(best, values[row][column] + Best(values, row + 1, taken, left - 1));
                taken[column] = false;
            }
        }

        return best;
    }
}
