using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Training.Objectives;

/// <summary>What a fine-tuning minimises, with its settings: <c>objective: dpo</c>, or <c>objective: { name: dpo, loss: ipo, beta: 0.3 }</c> in a
/// recipe.</summary>
[RecipeChoice(typeof(ObjectiveRegistry))]
public abstract record ObjectiveOptions : IValidated
{
    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => [];
}
