namespace Palimpsest.Interpretability.SparseAutoencoders.Metrics;

/// <summary>How well one number tells items of a kind from others.</summary>
public static class Detector
{
    /// <summary>The best F1 over all thresholds "is it at least so large", and that threshold.</summary>
    /// <param name="scores">One number an item.</param>
    /// <param name="truth">Whether it is of the kind.</param>
    /// <returns>F1 0 where there is none of the kind. Scores of 0 never count as found.</returns>
    public static (double F1, double Threshold) BestF1(IReadOnlyList<float> scores, IReadOnlyList<bool> truth)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(truth);
        int all = truth.Count(is1 => is1), found = 0, right = 0;
        (double F1, double Threshold) best = (0, double.PositiveInfinity);
        int[] order = [.. Enumerable.Range(0, scores.Count).Where(i => scores[i] > 0).OrderByDescending(i => scores[i])];
        for (int i = 0; i < order.Length; i++)
        {
            found++;
            right += truth[order[i]] ? 1 : 0;
            bool ends = i + 1 == order.Length || scores[order[i + 1]] != scores[order[i]];
            double f1 = 2.0 * right / (found + all);
            if (ends && f1 > best.F1)
            {
                best = (f1, scores[order[i]]);
            }
        }

        return best;
    }

    /// <summary>The probability that an item of the kind has a larger number than another one; ties count half.</summary>
    /// <param name="scores">One number an item.</param>
    /// <param name="truth">Whether it is of the kind.</param>
    /// <returns>0.5 where one of the two is missing.</returns>
    public static double Auc(IReadOnlyList<float> scores, IReadOnlyList<bool> truth)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(truth);
        double positives = truth.Count(is1 => is1), negatives = truth.Count - positives, ranks = 0;
        int[] order = [.. Enumerable.Range(0, scores.Count).OrderBy(i => scores[i])];
        for (int from = 0, to; from < order.Length; from = to)
        {
            to = from + 1;
            while (to < order.Length && scores[order[to]] == scores[order[from]])
            {
                to++;
            }

            double rank = (from + 1 + to) / 2.0;
            for (int i = from; i < to; i++)
            {
                ranks += truth[order[i]] ? rank : 0;
            }
        }

        return positives == 0 || negatives == 0 ? 0.5 : (ranks - (positives * (positives + 1) / 2)) / (positives * negatives);
    }

    /// <summary>Precision, recall, F1 and the mean of the rates at which the kind and the others are told rightly.</summary>
    /// <param name="found">What was told.</param>
    /// <param name="truth">What is.</param>
    public static (double Precision, double Recall, double F1, double Balanced) Scores(IReadOnlyList<bool> found, IReadOnlyList<bool> truth)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(truth);
        double right = 0, told = 0, positive = 0, rejected = 0;
        for (int i = 0; i < found.Count; i++)
        {
            right += found[i] && truth[i] ? 1 : 0;
            told += found[i] ? 1 : 0;
            positive += truth[i] ? 1 : 0;
            rejected += !found[i] && !truth[i] ? 1 : 0;
        }

        double precision = told > 0 ? right / told : 0, recall = positive > 0 ? right / positive : 0;
        double negative = found.Count - positive, specificity = negative > 0 ? rejected / negative : 0;
        return (precision, recall, precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0, (recall + specificity) / 2);
    }
}
