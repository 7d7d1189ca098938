using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives;

/// <summary>Cross-entropy in nats of each position that has a target: the next token, a hidden one, or for a classifier the class of the sequence that ends
/// there. The mean goes over all targets of a step, however they are spread over its batches.</summary>
/// <param name="model">The model; stays its creator's.</param>
public sealed class TokenCrossEntropy(TransformerModel model) : Objective<TokenBatch>
{
    /// <inheritdoc/>
    public override int Tokens(TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override double Begin(IReadOnlyList<TokenBatch> window, int step) => window.Sum(batch => (long)batch.Targets.Length);

    /// <inheritdoc/>
    public override Tensor Sum(TokenBatch batch, ObjectivePass pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return model.LossSum(model.Hidden(batch), batch.Rows, batch.Targets);
    }
}
