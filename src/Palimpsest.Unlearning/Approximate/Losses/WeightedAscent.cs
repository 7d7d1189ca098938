using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Gradient ascent with a weight for each token that depends on its probability; no gradient goes through the weights.</summary>
/// <param name="weight">w of ln p. [targets]</param>
internal sealed class WeightedAscent(Func<Tensor, Tensor> weight) : IUnlearningTerm
{
    // -1/n Σ w x,  x = -ln p
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => batch.Forget.Targets.Length;

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        Tensor numbers = pass[BatchSide.Forget].LogProbabilities;
        return weight(numbers.detach()).mul(numbers).sum();
    }
}
