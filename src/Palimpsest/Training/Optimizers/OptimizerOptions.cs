using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Training.Optimizers;

/// <summary>The rule of a step with its settings: <c>optimizer: sgd</c>, or <c>optimizer: { name: sgd, momentum: 0.5 }</c> in a recipe.</summary>
[RecipeChoice(typeof(OptimizerRegistry))]
public abstract record OptimizerOptions : IValidated
{
    /// <inheritdoc/>
    public abstract IEnumerable<string> Problems();
}
