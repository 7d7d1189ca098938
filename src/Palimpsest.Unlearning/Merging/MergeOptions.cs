using System.Globalization;
using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Unlearning.Merging;

/// <summary>A merging method with its settings: <c>ties</c>, or <c>{ name: ties, density: 0.3 }</c> in a recipe.</summary>
[RecipeChoice(typeof(MergeMethods))]
public abstract record MergeOptions : IValidated
{
    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => [];

    /// <summary>A problem unless a number lies between two others, both allowed.</summary>
    private protected static IEnumerable<string> Between(string key, double value, double least, double most) => value >= least && value <= most
        ? []
        : [string.Create(CultureInfo.InvariantCulture, $"{key} must be from {least} to {most}.")];

    /// <summary>A problem unless a number is finite.</summary>
    private protected static IEnumerable<string> Finite(string key, double value) => double.IsFinite(value) ? [] : [$"{key} must be a finite number."];
}
