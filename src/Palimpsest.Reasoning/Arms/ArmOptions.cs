using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Reasoning.Arms;

/// <summary>A way of learning from solutions: <c>rft</c>, or <c>{ name: rft, samples: 2 }</c> in a recipe. All begin at the same model, which has learnt the
/// demonstrations, or at nothing with them.</summary>
[RecipeChoice(typeof(ArmRegistry))]
public abstract record ArmOptions : IValidated
{
    /// <summary>What the arm is called in results, where one way stands there several times with other options.</summary>
    /// <value>The default is its name.</value>
    public string? Label { get; init; }

    /// <summary>What the arm is called.</summary>
    internal string Called => Label ?? RecipeChoices.NameOf(this);

    /// <summary>How many times the steps of the demonstrations' training the model has learnt that the arm begins at.</summary>
    internal virtual double BeginsAt => 1;

    /// <summary>Trains the model, whose weights are those of the demonstrations' model at first.</summary>
    /// <returns>What is to be told of it; null if told to stop.</returns>
    internal abstract ArmNotes? Learn(ArmContext context);

    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => [];
}
