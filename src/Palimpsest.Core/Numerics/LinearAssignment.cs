namespace Palimpsest.Numerics;

/// <summary>The best matching of rows to columns, each to at most one.</summary>
/// <remarks>Shortest augmenting paths with potentials (Jonker and Volgenant, 1987): at most rows² × columns steps.</remarks>
public static class LinearAssignment
{
    /// <summary>The matching with the largest sum of values.</summary>
    /// <param name="values">One number for each row and column; all rows of the same length.</param>
    /// <returns>The column of each row; -1 for rows that get none because there are more rows than columns.</returns>
    public static int[] Largest(IReadOnlyList<double[]> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        int rows = values.Count, columns = rows == 0 ? 0 : values[0].Length;
        if (rows > columns)
        {
            int[] turned = Largest([.. Enumerable.Range(0, columns).Select(j => values.Select(row => row[j]).ToArray())]);
            int[] result = [.. Enumerable.Repeat(-1, rows)];
            for (int j = 0; j < columns; j++)
            {
                result[turned[j]] = j;
            }

            return result;
        }

        double[] rowPotential = new double[rows + 1], columnPotential = new double[columns + 1];
        int[] rowOf = new int[columns + 1], before = new int[columns + 1]; // row 0 and column 0 are none
        for (int row = 1; row <= rows; row++)
        {
            Augment(values, row, rowPotential, columnPotential, rowOf, before);
        }

        int[] columnOf = new int[rows];
        for (int column = 1; column <= columns; column++)
        {
            if (rowOf[column] > 0)
            {
                columnOf[rowOf[column] - 1] = column - 1;
            }
        }

        return columnOf;
    }

    private static void Augment(IReadOnlyList<double[]> values, int row, double[] rowPotential, double[] columnPotential, int[] rowOf, int[] before)
    {
        double[] least = [.. Enumerable.Repeat(double.PositiveInfinity, rowOf.Length)];
        bool[] done = new bool[rowOf.Length];
        rowOf[0] = row;
        int column = 0;
        do
        {
            done[column] = true;
            int from = rowOf[column], next = 0;
            double step = double.PositiveInfinity;
            for (int j = 1; j < rowOf.Length; j++)
            {
                if (done[j])
                {
                    continue;
                }

                double cost = -values[from - 1][j - 1] - rowPotential[from] - columnPotential[j];
                if (cost < least[j])
                {
                    (least[j], before[j]) = (cost, column);
                }

                if (least[j] < step)
                {
                    (step, next) = (least[j], j);
                }
            }

            for (int j = 0; j < rowOf.Length; j++)
            {
                if (done[j])
                {
                    rowPotential[rowOf[j]] += step;
                    columnPotential[j] -= step;
                }
                else
                {
                    least[j] -= step;
                }
            }

            column = next;
        }
        while (rowOf[column] != 0);

        while (column != 0)
        {
            rowOf[column] = rowOf[before[column]];
            column = before[column];
        }
    }
}
