using Palimpsest.Runs.Recipes;

namespace Palimpsest.Jobs.Evaluate;

/// <summary>Measures a model as it is: on an owner of the embedded world, or on examples out of a file.</summary>
public sealed record EvaluateRecipe : Recipe
{
    /// <summary>The model.</summary>
    public FrozenModelSection Model { get; init; } = new();

    /// <summary>What it is asked about.</summary>
    public EvaluateDataSection Data { get; init; } = new();

    /// <summary>What is measured.</summary>
    public EvaluateSection Evaluate { get; init; } = new();
}
