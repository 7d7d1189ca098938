using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>A second model as the reference. Loaded as mapped it shares its pages with the file, and so with whoever else maps it.</summary>
/// <param name="model">Frozen; disposed with this object.</param>
public sealed class FrozenReference(CausalModel model) : IReferenceModel
{
    /// <inheritdoc/>
    public double[] Score(TokenBatch answers) => AnswerScores.Constant(model, answers);

    /// <inheritdoc/>
    public Tensor Compute(Func<CausalModel, Tensor> read) => AnswerScores.WithoutGradients(model, read);

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
