using Palimpsest.Runs.Claims;

namespace Palimpsest.Runs.Recipes;

/// <summary>What every recipe holds; a kind of experiment derives a sealed record with its own <c>Model</c>, <c>Data</c>, <c>Method</c>, <c>Train</c> and <c>Evaluate</c>.</summary>
/// <remarks>
/// Properties bind to keys in snake case (<c>LearningRate</c> to <c>learning_rate</c>); values of enumerations are written in kebab case. A property marked <c>required</c> must stand in the
/// file; every other keeps its default. Lists and dictionaries are declared as <see cref="IReadOnlyList{T}"/> and <see cref="IReadOnlyDictionary{TKey,TValue}"/>; those of a recipe that was
/// read compare by content, so that two recipes are equal when they say the same.
/// </remarks>
public abstract record Recipe
{
    /// <summary>Version of the format.</summary>
    /// <value>The default is 1, the only one so far.</value>
    public int Schema { get; init; } = 1;

    /// <summary>Which experiment runs it, for example <c>finetune</c> or <c>sift-masks</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Root of all random streams.</summary>
    /// <value>The default is 7.</value>
    public long Seed { get; init; } = 7;

    /// <summary>Repeats the experiment once a seed, each in a folder of its own inside the run's, and compares over seeds.</summary>
    /// <value>The default is none: only <see cref="Seed"/>.</value>
    public IReadOnlyList<long> Seeds { get; init; } = [];

    /// <summary>The published statements that the run puts to the test, each with its rule.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<Claim> Claims { get; init; } = [];
}
