using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Jobs.Compare;

/// <summary>Several arms of one recipe side by side, each with the same budget of tuning: every arm is the recipe with some keys set otherwise.</summary>
public sealed record CompareRecipe : Recipe, IValidated
{
    /// <summary>The recipe that all arms share, a YAML file of any other kind.</summary>
    public required string Base { get; init; }

    /// <summary>Overrides of all arms, of the form <c>train.steps=100</c>.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>Seeds of the reported runs of each arm.</summary>
    /// <value>The default is the seeds 1, 2 and 3.</value>
    public IReadOnlyList<long> Repeats { get; init; } = [1, 2, 3];

    /// <summary>Runs at the same time, each with the threads that the base recipe says; speeds and memory are then those of a shared machine.</summary>
    /// <value>The default is 1.</value>
    public int Workers { get; init; } = 1;

    /// <summary>How the arms are tuned; null where their settings are given.</summary>
    public TuneSection? Tune { get; init; }

    /// <summary>What is compared.</summary>
    public required IReadOnlyList<ArmSection> Arms { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Seeds.Count > 0)
        {
            yield return "the seeds of a comparison are named in repeats: tuning is done once for all of them. Leave seeds out.";
        }

        if (Workers is < 1 or > 1024)
        {
            yield return "workers must be from 1 to 1024.";
        }

        if (Repeats.Count == 0 || Repeats.Distinct().Count() != Repeats.Count)
        {
            yield return "repeats must name at least one seed, each once.";
        }

        if (Arms.Count == 0 || Arms.Select(arm => arm.Name).Distinct(StringComparer.Ordinal).Count() != Arms.Count)
        {
            yield return "arms must hold at least one arm, each with a name of its own.";
        }

        for (int i = 0; i < Arms.Count; i++)
        {
            if (Arms[i].Like is string like && Arms.Take(i).All(arm => arm.Name != like))
            {
                yield return $"arms: \"{Arms[i].Name}\" is like \"{like}\", which is no arm before it.";
            }

            if (Tune is null && Arms[i].Grid.Count > 0)
            {
                yield return $"arms: \"{Arms[i].Name}\" has a grid, but there is no tune section that says how it is tried.";
            }
        }
    }
}
