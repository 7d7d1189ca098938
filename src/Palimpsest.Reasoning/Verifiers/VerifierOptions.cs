using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>How solutions are judged: <c>verifier: number</c>, or <c>verifier: { name: regex, pattern: "..." }</c> in a recipe.</summary>
[RecipeChoice(typeof(VerifierRegistry))]
public abstract record VerifierOptions : IValidated
{
    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => [];

    /// <summary>Makes the verifier.</summary>
    public abstract IVerifier Create();
}
