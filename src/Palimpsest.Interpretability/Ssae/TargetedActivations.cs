using Palimpsest.Data.Batches;
using Palimpsest.Interpretability.Activations;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>Batches of a source with targets of their own, such as what another autoencoder leaves over.</summary>
/// <param name="source">The batches.</param>
/// <param name="target">Gives what each batch's rows are to become.</param>
internal sealed class TargetedActivations(IBatchSource<ActivationBatch> source, Func<ActivationBatch, float[]> target) : IBatchSource<ActivationBatch>
{
    public ActivationBatch Next()
    {
        ActivationBatch batch = source.Next();
        return batch with { Targets = target(batch) };
    }

    public string SaveCursor() => source.SaveCursor();

    public void RestoreCursor(string cursor) => source.RestoreCursor(cursor);
}
