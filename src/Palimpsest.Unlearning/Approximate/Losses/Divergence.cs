using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>±T² KL(frozen model || model) of next-token distributions, the mean over the positions that predict targets.</summary>
/// <remarks>The scores of both models exist for a part of the positions at a time, and are computed again in the backward pass where there are several
/// parts.</remarks>
/// <param name="side">Whose rows.</param>
/// <param name="sign">1 to come near the frozen model, -1 to leave it.</param>
internal sealed class Divergence(BatchSide side, int sign = 1) : IUnlearningTerm
{
    /// <summary>T: what scores are divided by.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>KL(model || frozen model) instead.</summary>
    public bool Reversed { get; init; }

    /// <summary>All positions count, prompts and padding included, as in the released TOFU and open-unlearning code.</summary>
    public bool Everywhere { get; init; }

    // ± T²/n Σ_t Σ_v p_v (ln p_v - ln q_v),  p = softmax(z_ref / T), q = softmax(z / T); reversed: p and q change places
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => Everywhere ? batch[side].Ids.Length : batch[side].Targets.Length;

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        BatchView view = pass[side];
        (double factor, bool reversed) = (1 / Temperature, Reversed);
        Tensor each = view.Compare(Everywhere ? TokenPositions.All(view.Batch, last: true) : TokenPositions.Answers(view.Batch), (own, theirs, _) =>
        {
            Tensor q = Ops.Scale(own, factor).log_softmax(-1), p = Ops.Scale(theirs, factor).log_softmax(-1);
            return reversed ? q.exp().mul(Ops.Subtract(q, p)).sum(dim: 1) : p.exp().mul(Ops.Subtract(p, q)).sum(dim: 1);
        });
        return Ops.Scale(each.sum(), sign * Temperature * Temperature);
    }
}
