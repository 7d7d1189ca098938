using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Jobs;

/// <summary>A kind of experiment: one class that reads like a script. All it finds goes into the run's folder; a report is written from the folder alone.</summary>
public interface IJob
{
    /// <summary>The <see cref="Recipe.Kind"/> that it runs.</summary>
    string Kind { get; }

    /// <summary>The sealed record that its recipes bind to.</summary>
    Type RecipeType { get; }

    /// <summary>Fills in the defaults that depend on other keys, so that the recipe in the run's folder states them.</summary>
    Recipe Complete(Recipe recipe) => recipe;

    /// <summary>The files and folders that a recipe reads, by name; their hashes are kept with the run.</summary>
    IEnumerable<(string Name, string Path)> Inputs(Recipe recipe);

    /// <summary>Threads of libtorch's operations while it runs: 0 for all cores, null for a recipe that needs no libtorch.</summary>
    int? Threads(Recipe recipe);

    /// <summary>Runs one seed to its end, or goes on where an interrupted run of the same folder stopped.</summary>
    /// <returns>Whether the end was reached; false if the job was told to stop.</returns>
    /// <exception cref="PalimpsestException">Something that the user can mend.</exception>
    bool Run(Recipe recipe, JobContext context);

    /// <summary>The figures of a finished run, one a metric and arm.</summary>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="folder">Its folder.</param>
    IReadOnlyList<ClaimResult> Results(Recipe recipe, string folder);

    /// <summary>Title, headline figures and sections of a finished run's report.</summary>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="folder">Its folder.</param>
    Report Report(Recipe recipe, string folder);
}
