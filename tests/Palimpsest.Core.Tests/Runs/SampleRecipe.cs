using Palimpsest.Common;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Tests.Runs;

internal enum SampleSchedule
{
    Constant,
    CosineDecay,
}

/// <summary>A kind of experiment with every type that a recipe may hold.</summary>
internal sealed record SampleRecipe : Recipe
{
    public required string Model { get; init; }

    public SampleTrain Train { get; init; } = new() { Steps = 600 };

    public IReadOnlyList<SampleArm> Arms { get; init; } = [];

    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double> { ["facts"] = 1 };

    public IReadOnlyList<string> Notes { get; init; } = [];
}

internal sealed record SampleTrain : IValidated
{
    public int Steps { get; init; } = 100;

    public double LearningRate { get; init; } = 2e-3;

    public float Dropout { get; init; }

    public bool Shuffle { get; init; } = true;

    public SampleSchedule Schedule { get; init; } = SampleSchedule.CosineDecay;

    public long? Limit { get; init; }

    public Threshold? Until { get; init; }

    public IEnumerable<string> Problems()
    {
        if (Steps < 1)
            yield return $"steps must be at least 1, but is {Steps}.";
    }
}

internal sealed record SampleArm
{
    public required string Name { get; init; }

    public string? Note { get; init; }

    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}
