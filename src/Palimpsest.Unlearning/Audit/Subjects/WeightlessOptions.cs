using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>A method that keeps a model from answering without touching its weights, with its settings: <c>guardrail</c>, or <c>{ name: guardrail, prefix:
/// false }</c> in a recipe.</summary>
/// <remarks>Whoever has the weights has everything; such methods protect a service at most.</remarks>
[RecipeChoice(typeof(WeightlessMethods))]
public abstract record WeightlessOptions : IValidated
{
    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => [];

    /// <summary>The model behind the method.</summary>
    internal abstract IAuditedModel Before(WholeModel model, WeightlessTuning tuning, string label);
}
