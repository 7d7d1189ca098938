using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>±1 times the cross-entropy of the targets of some sides, the mean over all their tokens in a step (not a mean of means of rows).</summary>
/// <param name="sign">1 to learn them, -1 for gradient ascent.</param>
/// <param name="sides">At least one.</param>
internal sealed class TokenNll(int sign, params BatchSide[] sides) : IUnlearningTerm
{
    // ± 1/n Σ_i x_i,  x = -ln p(token)
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => sides.Sum(side => batch[side].Targets.Length);

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass) => Ops.Scale(sides.Select(side => pass[side].NllSum).Aggregate(Ops.Add), sign);
}
