namespace Palimpsest.Interpretability.Shift;

/// <summary>Logistic regression with two classes over dense rows.</summary>
/// <remarks>Features are divided by their standard deviations while it learns; weights are given for them as they are. 400 steps of gradient descent with
/// momentum over all rows.</remarks>
public sealed class LinearProbe
{
    private const int Steps = 400;
    private const double Rate = 0.3, Momentum = 0.9, Decay = 1e-3;

    private LinearProbe(float[] weights, float bias) => (Weights, Bias) = (weights, bias);

    /// <summary>One a feature.</summary>
    public IReadOnlyList<float> Weights { get; }

    /// <summary>The bias.</summary>
    public float Bias { get; }

    /// <summary>Learns.</summary>
    /// <param name="rows">The features of each item.</param>
    /// <param name="labels">Its class: whether it is the second one.</param>
    public static LinearProbe Train(IReadOnlyList<float[]> rows, IReadOnlyList<bool> labels)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        int width = rows[0].Length;
        double[] mean = new double[width], spread = new double[width], weights = new double[width + 1], speed = new double[width + 1],
            slope = new double[width + 1];
        for (int j = 0; j < width; j++)
        {
            mean[j] = rows.Average(row => (double)row[j]);
            spread[j] = Math.Sqrt(rows.Average(row => (row[j] - mean[j]) * (row[j] - mean[j]))) + 1e-8;
        }

        double[][] scaled = [.. rows.Select(row => row.Select((value, j) => (value - mean[j]) / spread[j]).ToArray())];
        for (int step = 0; step < Steps; step++)
        {
            Array.Clear(slope);
            for (int i = 0; i < scaled.Length; i++)
            {
                double score = weights[width];
                for (int j = 0; j < width; j++)
                {
                    score += weights[j] * scaled[i][j];
                }

                double error = ((1 / (1 + Math.Exp(-score))) - (labels[i] ? 1 : 0)) / scaled.Length;
                for (int j = 0; j < width; j++)
                {
                    slope[j] += error * scaled[i][j];
                }

                slope[width] += error;
            }

            for (int j = 0; j <= width; j++)
            {
                speed[j] = (Momentum * speed[j]) - (Rate * (slope[j] + (j < width ? Decay * weights[j] : 0)));
                weights[j] += speed[j];
            }
        }

        float[] raw = [.. Enumerable.Range(0, width).Select(j => (float)(weights[j] / spread[j]))];
        return new LinearProbe(raw, (float)(weights[width] - Enumerable.Range(0, width).Sum(j => weights[j] * mean[j] / spread[j])));
    }

    /// <summary>Whether a row belongs to the second class.</summary>
    public bool Says(float[] row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Bias + row.Select((value, j) => value * Weights[j]).Sum() > 0;
    }
}
