using Palimpsest.Models.Lora;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Training;

/// <summary>What a trainer changes: a flat vector of parameters, and the model that computes with them. Checkpoints hold this vector and nothing else.</summary>
/// <param name="Model">The model; whatever is not in <paramref name="Parameters"/> stays as it is.</param>
/// <param name="Parameters">Trained; its owner disposes it after the trainer.</param>
/// <param name="Settings">What a resumed run must have in common beside the training settings.</param>
/// <param name="SetDropout">Gets the random stream of each pass for dropout of its own, and null after it; or null.</param>
public sealed record Trainable(CausalModel Model, FlatParameters Parameters, string Settings = "", Action<RandomStream?>? SetDropout = null)
{
    /// <summary>Brings the parameters back into a set after every optimizer step; or null.</summary>
    public IStepProjection? Projection { get; init; }

    /// <summary>All parameters of a model.</summary>
    /// <param name="model">Loaded as trainable.</param>
    /// <exception cref="ArgumentException">The model is frozen.</exception>
    public static Trainable Whole(CausalModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new Trainable(model, model.Parameters.Flat ?? throw new ArgumentException("The model was loaded frozen; load it with LoadMode.Trainable.", nameof(model)));
    }

    /// <summary>The parameters of an adapter, which must be active while it is trained.</summary>
    /// <param name="adapter">On a frozen model.</param>
    /// <exception cref="ArgumentException">The model is trainable itself, so that each pass would make gradients that nobody uses.</exception>
    public static Trainable Adapter(LoraAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return adapter.Model.Parameters.Flat is null
            ? new Trainable((CausalModel)adapter.Model, adapter.Parameters, adapter.Settings, adapter.SetDropout)
            : throw new ArgumentException("The base model is trainable; load it with LoadMode.Mapped.", nameof(adapter));
    }
}
