using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>SIFT-Masks beside its rivals over growing numbers of owners, with deletions.</summary>
public sealed record SiftRecipe : Recipe
{
    /// <summary>The base model.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>The owners.</summary>
    public SiftDataSection Data { get; init; } = new();

    /// <summary>Tuning, merging, asking.</summary>
    public SiftMethodSection Method { get; init; } = new();
}
