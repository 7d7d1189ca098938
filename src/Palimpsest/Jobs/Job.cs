using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Jobs;

/// <summary>A kind of experiment with its own recipe and result: what <see cref="IJob"/> asks for, without casts.</summary>
/// <typeparam name="TRecipe">The sealed record that its recipes bind to.</typeparam>
/// <typeparam name="TResult">What a run found, kept as <c>artifacts/result.json</c> (<see cref="RunFolder.WriteResult"/>).</typeparam>
public abstract class Job<TRecipe, TResult> : IJob
    where TRecipe : Recipe
    where TResult : class
{
    /// <inheritdoc/>
    public abstract string Kind { get; }

    /// <inheritdoc/>
    public Type RecipeType => typeof(TRecipe);

    /// <summary>As <see cref="IJob.Complete"/>.</summary>
    protected virtual TRecipe Complete(TRecipe recipe) => recipe;

    /// <summary>As <see cref="IJob.Inputs"/>.</summary>
    protected abstract IEnumerable<(string Name, string Path)> Inputs(TRecipe recipe);

    /// <summary>As <see cref="IJob.Threads"/>.</summary>
    protected abstract int? Threads(TRecipe recipe);

    /// <summary>As <see cref="IJob.Run"/>.</summary>
    protected abstract bool Run(TRecipe recipe, JobContext context);

    /// <summary>The figures of a result; figures with items make claims over items possible.</summary>
    protected abstract IReadOnlyList<ClaimResult> Results(TRecipe recipe, TResult result);

    /// <summary>Title, headline figures and sections of a report.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="result">What the run found.</param>
    /// <param name="folder">Its folder, for curves.</param>
    protected abstract Report Report(TRecipe recipe, TResult result, string folder);

    /// <inheritdoc/>
    Recipe IJob.Complete(Recipe recipe) => Complete((TRecipe)recipe);

    /// <inheritdoc/>
    IEnumerable<(string Name, string Path)> IJob.Inputs(Recipe recipe) => Inputs((TRecipe)recipe);

    /// <inheritdoc/>
    int? IJob.Threads(Recipe recipe) => Threads((TRecipe)recipe);

    /// <inheritdoc/>
    bool IJob.Run(Recipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Run((TRecipe)recipe, context);
    }

    /// <inheritdoc/>
    IReadOnlyList<ClaimResult> IJob.Results(Recipe recipe, string folder) => Results((TRecipe)recipe, RunFolder.ResultOf<TResult>(folder));

    /// <inheritdoc/>
    Report IJob.Report(Recipe recipe, string folder) => Report((TRecipe)recipe, RunFolder.ResultOf<TResult>(folder), folder);
}
