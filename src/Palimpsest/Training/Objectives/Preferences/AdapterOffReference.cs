using Palimpsest.Data.Batches;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Transformers;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>The base model below an adapter as the reference: the adapter is taken off while it answers, so there is no second copy of anything. It answers
/// without dropout, as a second model would.</summary>
/// <param name="model">The model with the adapters.</param>
/// <param name="adapters">Taken off and put back.</param>
public sealed class AdapterOffReference(CausalModel model, LoraAdapters adapters) : IReferenceModel
{
    /// <inheritdoc/>
    public double[] Score(TokenBatch answers)
    {
        return Apart(() => AnswerScores.Constant(model, answers));
    }

    /// <inheritdoc/>
    public Tensor Compute(Func<CausalModel, Tensor> read)
    {
        return Apart(() => AnswerScores.WithoutGradients(model, read));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private T Apart<T>(Func<T> ask)
    {
        using IDisposable off = adapters.Disabled();
        model.AsReference = true;
        try
        {
            return ask();
        }
        finally
        {
            model.AsReference = false;
        }
    }
}
