using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;

namespace Palimpsest.Jobs;

/// <summary>Which model that is not trained, and how its weights come into memory.</summary>
public sealed record FrozenModelSection : NamedModelSection
{
    /// <summary>What the weights are in memory.</summary>
    /// <value>The default is f32, so that a recipe gives the same figures on all machines.</value>
    public WeightType Dtype { get; init; } = WeightType.F32;

    /// <summary>Whether the weights are copied where they could be mapped, for files of unknown origin.</summary>
    /// <value>The default is false.</value>
    public bool Copy { get; init; }

    /// <summary>Loads the model, with its adapter on it.</summary>
    /// <param name="seed">Seed of the context's streams.</param>
    /// <exception cref="PalimpsestException">The model or the adapter is damaged, or its weights cannot be of the type.</exception>
    public LanguageModel Load(long seed)
    {
        FrozenWeights weights = new(Dtype, Copy);
        return weights.Load(Name, () => new TorchContext(weights.ComputeType, Threads, seed, Device), Adapter);
    }
}
