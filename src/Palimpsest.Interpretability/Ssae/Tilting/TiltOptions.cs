using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>How the losses of a batch become one: <c>tilt: erm</c>, or <c>tilt: { name: ess, share: 0.1 }</c> in a recipe.</summary>
[RecipeChoice(typeof(TiltRegistry))]
public abstract record TiltOptions : IValidated
{
    /// <summary>Whether the sparsity penalty is tilted as well; otherwise only the squared error is, and the penalty stays a mean.</summary>
    /// <value>The default is false: a tilt on the penalty would favour tokens because they use many latents.</value>
    public bool Total { get; init; }

    /// <summary>Makes the estimator.</summary>
    internal abstract Tilt Create();

    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => [];
}
