using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Prefers other answers to those that are to be forgotten.</summary>
/// <remarks>Rafailov et al., DPO, NeurIPS 2023, equation 7, with the factor 2/β of open-unlearning, which preference DPO does not have; Maini et al., TOFU,
/// 2024, for refusals.</remarks>
internal sealed class AlternatePreference(double beta) : IUnlearningTerm
{
    // 1/A Σ_i -(2/β) ln σ(β [(Sref_i(w) - S_i(w)) - (Sref_i(l) - S_i(l))]),  w another answer, l the forget row's
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => batch[BatchSide.Alternates].Batch;

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        Tensor lost = pass[BatchSide.Forget].RowNllGain, other = pass[BatchSide.Alternates].RowNllGain; // [rows], [k rows]
        return SigmoidLoss.Of(Ops.Subtract(lost.repeat(other.size(0) / lost.size(0)), other), beta).sum();
    }
}
