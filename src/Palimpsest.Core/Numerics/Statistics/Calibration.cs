namespace Palimpsest.Numerics.Statistics;

/// <summary>How well stated probabilities agree with what happens.</summary>
public static class Calibration
{
    // Σ_b n_b/n |accuracy_b - confidence_b|
    /// <summary>Expected calibration error over bins of equal width.</summary>
    /// <remarks>Naeini et al., AAAI 2015; Guo et al., On Calibration of Modern Neural Networks, ICML 2017, equation 5. Bins are (lower, upper], and 0 lies in the first.</remarks>
    /// <param name="confidences">The probability given to the answer chosen, in [0, 1]: the greatest of several, or max(p, 1 - p).</param>
    /// <param name="correct">Whether that answer was right.</param>
    /// <param name="bins">At least 1.</param>
    /// <exception cref="PalimpsestException">There are no items, counts differ, or a confidence is outside [0, 1].</exception>
    public static double ExpectedError(ReadOnlySpan<double> confidences, ReadOnlySpan<bool> correct, int bins = 15)
    {
        Check(confidences, correct.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        Dictionary<int, (double Confidence, int Correct)> sums = [];
        for (int i = 0; i < confidences.Length; i++)
        {
            int bin = Math.Clamp((int)Math.Ceiling(confidences[i] * bins) - 1, 0, bins - 1);

            // The product may round across a boundary that the quotient meets.
            bin += bin > 0 && confidences[i] <= (double)bin / bins ? -1 : confidences[i] > (bin + 1.0) / bins ? 1 : 0;
            (double confidence, int right) = sums.GetValueOrDefault(bin);
            sums[bin] = (confidence + confidences[i], right + (correct[i] ? 1 : 0));
        }

        return sums.Values.Sum(bin => Math.Abs(bin.Correct - bin.Confidence)) / confidences.Length;
    }

    /// <summary>Expected calibration error over bins of equal numbers of items, in the order of confidence (ties in their own order); the first bins take one more if it does not come out even.</summary>
    /// <inheritdoc cref="ExpectedError"/>
    public static double ExpectedErrorByMass(ReadOnlySpan<double> confidences, ReadOnlySpan<bool> correct, int bins = 15)
    {
        Check(confidences, correct.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        double[] values = confidences.ToArray();
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        double sum = 0;
        int start = 0;
        for (int bin = 0; bin < Math.Min(bins, values.Length); bin++)
        {
            int count = (values.Length / bins) + (bin < values.Length % bins ? 1 : 0);
            double difference = 0;
            foreach (int i in order.AsSpan(start, count))
            {
                difference += values[i] - (correct[i] ? 1 : 0);
            }

            sum += Math.Abs(difference);
            start += count;
        }

        return sum / values.Length;
    }

    // 1/n Σ (p_i - y_i)²
    /// <summary>Brier score (1950) of two classes: mean squared distance of the probability from what happened.</summary>
    /// <param name="probabilities">Of the positive class, in [0, 1].</param>
    /// <param name="labels">Whether each item is positive.</param>
    /// <exception cref="PalimpsestException">There are no items, counts differ, or a probability is outside [0, 1].</exception>
    public static double Brier(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels)
    {
        Check(probabilities, labels.Length);
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double difference = probabilities[i] - (labels[i] ? 1 : 0);
            sum += difference * difference;
        }

        return sum / labels.Length;
    }

    /// <summary>Brier score summed over several classes, in [0, 2]: for two classes twice <see cref="Brier(ReadOnlySpan{double}, ReadOnlySpan{bool})"/>.</summary>
    /// <param name="probabilities">One row an item.</param>
    /// <param name="labels">The class of each item.</param>
    /// <exception cref="PalimpsestException">There are no items, counts differ, a label has no column or a probability is outside [0, 1].</exception>
    public static double Brier(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> labels)
    {
        CheckRows(probabilities, labels);
        double sum = 0;
        for (int i = 0; i < labels.Count; i++)
        {
            for (int j = 0; j < probabilities[i].Length; j++)
            {
                double difference = probabilities[i][j] - (j == labels[i] ? 1 : 0);
                sum += difference * difference;
            }
        }

        return sum / labels.Count;
    }

    /// <summary>Mean negative logarithm of the probability of what happened, in nats.</summary>
    /// <param name="probabilities">Of the positive class, in [0, 1].</param>
    /// <param name="labels">Whether each item is positive.</param>
    /// <param name="clip">Probabilities are kept this far from 0 and 1.</param>
    /// <exception cref="PalimpsestException">There are no items, counts differ, or a probability is outside [0, 1].</exception>
    public static double LogLoss(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, double clip = 1e-15)
    {
        Check(probabilities, labels.Length);
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            sum -= Math.Log(Math.Clamp(labels[i] ? probabilities[i] : 1 - probabilities[i], clip, 1 - clip));
        }

        return sum / labels.Length;
    }

    /// <summary>Mean negative logarithm of the probability of the true class, in nats.</summary>
    /// <inheritdoc cref="Brier(IReadOnlyList{double[]}, IReadOnlyList{int})"/>
    public static double LogLoss(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> labels)
    {
        CheckRows(probabilities, labels);
        return labels.Select((label, i) => -Math.Log(probabilities[i][label])).Sum() / labels.Count;
    }

    private static void CheckRows(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(labels);
        Check([.. probabilities.SelectMany(row => row)], 0, probabilities.Count == labels.Count && labels.Count > 0);
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i] < 0 || labels[i] >= probabilities[i].Length)
            {
                throw new PalimpsestException($"Item {i + 1} is of class {labels[i]}, but has {probabilities[i].Length} probabilities. Classes count from 0.");
            }
        }
    }

    private static void Check(ReadOnlySpan<double> probabilities, int labels, bool? same = null)
    {
        if (!(same ?? (probabilities.Length == labels && labels > 0)))
        {
            throw new PalimpsestException("Calibration needs as many probabilities as labels, and at least one.");
        }

        foreach (double p in probabilities)
        {
            if (!(p is >= 0 and <= 1))
            {
                throw new PalimpsestException($"{p} is no probability between 0 and 1. Turn scores into probabilities first.");
            }
        }
    }
}
