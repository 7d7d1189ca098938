using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>An architecture with its settings: <c>architecture: topk</c>, or <c>architecture: { name: topk, k: 16 }</c> in a recipe. Keys are
/// SAELens's.</summary>
[RecipeChoice(typeof(SaeArchitectures))]
public abstract record SaeOptions : IValidated
{
    /// <summary>Length of each row of the decoder at the start; null leaves rows as they are drawn.</summary>
    /// <value>The default is 0.1 (Anthropic, April 2024 update).</value>
    public double? DecoderInitNorm { get; init; } = 0.1;

    /// <summary>Weight of the sparsity penalty, and the steps over which it rises from 0; (0, 0) for architectures without one.</summary>
    internal virtual (double Coefficient, int WarmUpSteps) Sparsity => (0, 0);

    /// <summary>Active latents an input, where the architecture sets them.</summary>
    internal virtual double? ActiveLatents => null;

    /// <summary>What sets how many latents are active: the number of them, or the weight of the penalty.</summary>
    internal double Strength => ActiveLatents ?? Sparsity.Coefficient;

    /// <summary>The same settings with another strength.</summary>
    internal abstract SaeOptions WithStrength(double strength);

    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems()
    {
        if (DecoderInitNorm is not (null or > 0))
        {
            yield return "decoder_init_norm must be above 0.";
        }

        if (Sparsity.Coefficient is not >= 0 || Sparsity.WarmUpSteps < 0)
        {
            yield return "the coefficient of the sparsity penalty and its warm-up steps must be at least 0.";
        }

        if (ActiveLatents is not (null or > 0))
        {
            yield return "k must be above 0.";
        }
    }

    /// <summary>The weight of the penalty in a step: it rises linearly and is 0 in step 0 of a warm-up.</summary>
    /// <param name="step">Steps taken before.</param>
    internal double SparsityAt(int step)
    {
        (double coefficient, int warmUp) = Sparsity;
        return step < warmUp ? coefficient * step / warmUp : coefficient;
    }
}
