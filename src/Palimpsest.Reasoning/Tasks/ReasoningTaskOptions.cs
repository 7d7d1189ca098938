using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Reasoning.Tasks;

/// <summary>A generated task: <c>task: planted-shortcut</c>, or <c>task: { name: natural-arithmetic, operands: 12 }</c> in a recipe.</summary>
[RecipeChoice(typeof(ReasoningTaskRegistry))]
public abstract record ReasoningTaskOptions : IValidated
{
    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => [];

    /// <summary>Makes the task.</summary>
    public abstract IReasoningTask Create();
}
