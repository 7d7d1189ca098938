using Palimpsest.Data.Batches;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>A frozen model that the policy is compared with.</summary>
public interface IReferenceModel : IDisposable
{
    /// <summary>Sums of the log-probabilities of each row's targets, in nats.</summary>
    /// <param name="answers">Rows with at least one target each.</param>
    /// <returns>One a row.</returns>
    double[] Score(TokenBatch answers);
}
