using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Cross-entropy to a distribution over all tokens.</summary>
internal static class SoftCrossEntropy
{
    // -Σ_v p_v ln q_v,  p = softmax(target), q = softmax(scores)
    /// <param name="target">[rows, vocabulary], constants; minus infinity where nothing is wanted.</param>
    /// <param name="scores">[rows, vocabulary]</param>
    /// <returns>[rows]</returns>
    public static Tensor Of(Tensor target, Tensor scores) => target.softmax(-1).mul(scores.log_softmax(-1)).sum(dim: 1).neg();

    /// <summary>Adds a number to the score of each row's label; rows with a label below 0 stay as they are.</summary>
    public static Tensor AtLabels(Tensor scores, ReadOnlySpan<long> labels, double added)
    {
        double[] numbers = new double[labels.Length];
        long[] places = new long[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            (places[i], numbers[i]) = labels[i] < 0 ? (0, 0) : (labels[i], added);
        }

        return scores.scatter_add(1, tensor(places, [places.Length, 1], device: scores.device), tensor(numbers, [places.Length, 1], scores.dtype,
            scores.device));
    }
}
