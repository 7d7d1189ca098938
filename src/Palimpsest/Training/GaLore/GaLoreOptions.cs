using Palimpsest.Training.Optimizers.Projected;

namespace Palimpsest.Training.GaLore;

/// <summary>Settings of GaLore. <c>epsilon</c> is 1e-6 unless set, as in its code.</summary>
public sealed record GaLoreOptions : ProjectionOptions
{
    /// <summary>The defaults.</summary>
    public GaLoreOptions() => Epsilon = 1e-6;

    /// <summary>From which sides gradients are projected.</summary>
    /// <value>The default is the shorter side.</value>
    public GaLoreSide Side { get; init; }

    /// <summary>Factor of the learning rate of the projected matrices, above 0.</summary>
    /// <value>The default is 0.25.</value>
    public double Scale { get; init; } = 0.25;

    /// <summary>Keeps only projected gradients: those of whole matrices exist one at a time, and only where singular vectors are computed, from the first
    /// pass of a step. The limit
    /// of the gradient's length then sees projected gradients.</summary>
    /// <value>The default is false: whole gradients are kept until the step.</value>
    public bool Layerwise { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        foreach (string problem in base.Problems())
        {
            yield return problem;
        }

        if (!(Scale > 0) || !double.IsFinite(Scale))
        {
            yield return "scale must be a number above 0.";
        }
    }
}
