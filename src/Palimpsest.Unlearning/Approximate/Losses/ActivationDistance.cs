using Palimpsest.Data.Batches;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives.Preferences;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Squared distance of a block's output from c u on forget rows, from the frozen model's output on others.</summary>
internal sealed class ActivationDistance(BatchSide side, RmuOptions options) : IUnlearningTerm
{
    // e_t = 1/d |h_t(θ) - c u|²  or  1/d |h_t(θ) - h_t(ref)|²; the mean of e over answer tokens (the tokens themselves, not the positions that predict them)
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => (options.Compat, options.Mean) switch
    {
        (true, _) or (_, RmuMean.Row) => batch[side].Batch,
        (_, RmuMean.All) => batch[side].Ids.Length,
        _ => batch[side].Targets.Length,
    };

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        BatchView view = pass[side];
        bool everywhere = options is { Compat: false, Mean: RmuMean.All };
        Tensor own = view.Activations(options.Point, everywhere); // [batch * time, width]
        Tensor wanted = side == BatchSide.Forget
            ? Ops.Scale(view.Constant([.. pass.Models.ControlVector!]), options.Coefficient) : view.FrozenActivations(options.Point, everywhere);
        Tensor each = Ops.Subtract(own, wanted).square().mean([1L]); // [batch * time]
        if (everywhere)
        {
            return each.sum();
        }

        TokenBatch batch = view.Batch;
        Tensor ofTokens = each.index_select(0, tensor(TokenPositions.Targets(batch).Rows, device: each.device)); // [targets]
        if (options is { Compat: false, Mean: RmuMean.Token })
        {
            return ofTokens.sum();
        }

        Tensor rows = AnswerScores.ByRow(batch, ofTokens), lengths = view.Lengths; // [rows]
        return options.Compat ? rows.mean().mul(lengths.reciprocal().sum()) : rows.div(lengths).sum();
    }
}
