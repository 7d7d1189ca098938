using Palimpsest.Models.Layers;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Meters;

namespace Palimpsest.Training;

/// <summary>What a trainer changes: a flat vector of parameters. Checkpoints hold this vector and nothing else.</summary>
/// <param name="Parameters">Trained; its owner disposes it after the trainer.</param>
/// <param name="Settings">What a resumed run must have in common beside the training settings.</param>
public sealed record Trainable(FlatParameters Parameters, string Settings = "")
{
    private readonly IGradientStore? _gradients;

    /// <summary>Where the gradients of a step lie: zeroed, measured and scaled as one.</summary>
    /// <value>The default is the vector's own dense buffer.</value>
    public IGradientStore Gradients
    {
        get => _gradients ?? Parameters;
        init => _gradients = value;
    }

    /// <summary>Whether the gradients lie anywhere but in the vector's own buffer.</summary>
    internal bool HasOtherGradients => _gradients is not null;

    /// <summary>The linear layers whose weights are parameters of their own, by the names of these, for optimizers that form gradients in the layers.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, Linear> Linears { get; init; } = new Dictionary<string, Linear>();

    /// <summary>The adapter whose parameters these are; or null.</summary>
    internal LoraAdapter? Lora { get; init; }

    /// <summary>Change the gradients before each step, one after the other.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<IGradientEdit> Edits { get; init; } = [];

    /// <summary>Brings the parameters back into a set after every optimizer step; or null.</summary>
    public IStepProjection? Projection { get; init; }

    /// <summary>What a model does differently while a step lasts; null for nothing, and then settings that ask for it are refused.</summary>
    public Func<TrainOptions, ITrainingMode>? Mode { get; init; }

    /// <summary>Weights that take part and are not trained, for the memory meter.</summary>
    /// <value>The default is none.</value>
    public FrozenWeights Frozen { get; init; }

    /// <summary>What checkpoints of before the settings were hashed one by one have in common.</summary>
    internal string? OlderSettings { get; init; }

    /// <summary>All parameters of a model.</summary>
    /// <param name="model">Loaded as trainable.</param>
    /// <exception cref="ArgumentException">The model is frozen.</exception>
    public static Trainable Whole(TransformerModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        FlatParameters flat =
            model.Parameters.Flat ?? throw new ArgumentException("The model was loaded frozen; load it with LoadMode.Trainable.", nameof(model));
        HashSet<string> own = [.. flat.Layout.Slots.Select(slot => slot.Name)];
        own.ExceptWith(flat.Layout.Tied.Values); // what is tied gets gradients from elsewhere too
        return Of(model, flat, "", null) with
        {
            Linears = model.Linears.Select(item => (Name: item.Name + ".weight", item.Layer)).Where(item => own.Contains(item.Name))
                .ToDictionary(item => item.Name, item => item.Layer, StringComparer.Ordinal),
        };
    }

    /// <summary>The parameters of an adapter, which must be active while it is trained.</summary>
    /// <param name="adapter">On a frozen model.</param>
    /// <exception cref="ArgumentException">The model is trainable itself, so that each pass would make gradients that nobody uses.</exception>
    public static Trainable Adapter(LoraAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return adapter.Model.Parameters.Flat is null
            ? Of(adapter.Model, adapter.Parameters, adapter.Settings, adapter.SetDropout) with { Lora = adapter }
            : throw new ArgumentException("The base model is trainable; load it with LoadMode.Mapped.", nameof(adapter));
    }

    private static Trainable Of(TransformerModel model, FlatParameters parameters, string settings, Action<RandomStream?>? setDropout) =>
        new(parameters, $"{model.Context.ComputeType}|{settings}")
        {
            Mode = options => new ModelTrainingMode(model, setDropout, options),
            Frozen = new FrozenWeights(model.Parameters.FrozenBytes - model.Parameters.MappedBytes, model.Parameters.MappedBytes),
            OlderSettings = $"{model.Context.Seed}|{model.Context.ComputeType}|{settings}",
        };
}
