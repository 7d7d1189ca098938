using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>An approximate unlearning method with its settings: <c>npo</c>, or <c>{ name: npo, beta: 0.1, alpha: 1 }</c> in a recipe.</summary>
/// <remarks>None of these methods gives a guarantee: they make a model say less about what is to be forgotten, and attacks often bring it back.</remarks>
[RecipeChoice(typeof(UnlearningMethods))]
public abstract record UnlearningOptions : IValidated
{
    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => [];

    /// <summary>What is minimised in a step.</summary>
    /// <param name="step">Steps taken before.</param>
    internal abstract IReadOnlyList<WeightedTerm> Terms(int step);

    /// <summary>Whether the model as it was before counts.</summary>
    internal virtual bool NeedsReference => false;

    /// <summary>Whether rows that are to stay count.</summary>
    internal virtual bool NeedsRetain => false;

    /// <summary>Which other answers to the forget rows' prompts count.</summary>
    internal virtual AlternateAnswers Alternates => AlternateAnswers.None;

    /// <summary>The parts of a batch that are read.</summary>
    internal IEnumerable<BatchSide> Sides => new[] { BatchSide.Forget }.Concat(NeedsRetain ? [BatchSide.Retain] : [])
        .Concat(Alternates == AlternateAnswers.None ? [] : [BatchSide.Alternates]);

    /// <summary>A problem unless a number is finite and above 0.</summary>
    private protected static IEnumerable<string> Positive(string key, double value) =>
        value > 0 && double.IsFinite(value) ? [] : [$"{key} must be a number above 0."];

    /// <summary>A problem unless a number is finite and at least 0.</summary>
    private protected static IEnumerable<string> NotNegative(string key, double value) =>
        value >= 0 && double.IsFinite(value) ? [] : [$"{key} must be a number of at least 0."];
}
