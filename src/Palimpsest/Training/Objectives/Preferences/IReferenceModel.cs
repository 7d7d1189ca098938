using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>A frozen model that the policy is compared with.</summary>
public interface IReferenceModel : IDisposable
{
    /// <summary>Sums of the log-probabilities of each row's targets, in nats.</summary>
    /// <param name="answers">Rows with at least one target each.</param>
    /// <returns>One a row.</returns>
    double[] Score(TokenBatch answers);

    /// <summary>Computes something with the frozen model, without gradients; nothing of it is kept.</summary>
    /// <param name="read">Makes a tensor of the model.</param>
    /// <returns>That tensor, in the caller's scope.</returns>
    Tensor Compute(Func<CausalModel, Tensor> read);
}
