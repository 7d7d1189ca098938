using Palimpsest.Torch;

namespace Palimpsest.Jobs;

/// <summary>Which model, and how it computes.</summary>
public sealed record ModelSection : NamedModelSection
{
    /// <summary>Number format of activations; <c>auto</c> measures and takes the faster one.</summary>
    /// <value>The default is f32, so that a recipe gives the same figures on all machines.</value>
    public ComputeType Dtype { get; init; } = ComputeType.F32;

    /// <summary>The context of a run.</summary>
    public TorchContext Context(long seed) => new(Dtype, Threads, seed, Device);
}
