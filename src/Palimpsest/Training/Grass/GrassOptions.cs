using Palimpsest.Training.Optimizers.Projected;

namespace Palimpsest.Training.Grass;

/// <summary>Settings of Grass.</summary>
public sealed record GrassOptions : ProjectionOptions
{
    /// <summary>How rows are selected.</summary>
    /// <value>The default is those with the largest norms.</value>
    public LineScheme Selection { get; init; }

    /// <summary>Whether a row can be drawn several times; for the sampling schemes.</summary>
    /// <value>The default is false.</value>
    public bool Replacement { get; init; }

    /// <summary>Factor of the learning rate of the projected matrices, above 0.</summary>
    /// <value>The default is 1.</value>
    public double Scale { get; init; } = 1;

    /// <summary>What becomes of the moments when rows are selected anew.</summary>
    /// <value>The default is that they begin at zero.</value>
    public MomentsOnRefresh OnRefresh { get; init; }

    /// <summary>Steps over which the rate of the projected matrices climbs after each selection, at least 0: step i has i/warmup of it.</summary>
    /// <value>The default is 0.</value>
    public int Warmup { get; init; }

    /// <summary>What a selection is made from.</summary>
    /// <value>The default is the gradient of the first pass, one matrix at a time.</value>
    public RefreshForm Refresh { get; init; }

    /// <summary>Whether the projected matrices hold numbers of bf16: every change of a row is computed in f32 and rounded, gradients and moments stay f32.
    /// Here this saves no memory, as
    /// trainable weights are stored as f32; it shows what weights of bf16 would learn.</summary>
    /// <value>The default is no.</value>
    public Bf16Rounding Bf16 { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        foreach (string problem in base.Problems())
        {
            yield return problem;
        }

        if (Replacement && Selection == LineScheme.Top)
        {
            yield return "replacement is for the schemes that draw. Set selection to norm, norm-squared or uniform, or leave replacement out.";
        }

        if (!(Scale > 0) || !double.IsFinite(Scale))
        {
            yield return "scale must be a number above 0.";
        }

        if (Warmup < 0 || Warmup > Every)
        {
            yield return "warmup must be at least 0 and at most every.";
        }

        if (Bf16 != Bf16Rounding.None && WeightDecay > 0)
        {
            yield return "bf16 weights take no weight_decay, whose small factors rounding would swallow. Leave one of them out.";
        }

        if (Bf16 != Bf16Rounding.None && Replacement)
        {
            yield return "bf16 weights are for selections without replacement, in which no row is changed twice. Leave one of them out.";
        }

        if (Refresh != RefreshForm.Materialise && Selection == LineScheme.Uniform)
        {
            yield return "refresh has no part in selection: uniform, which looks at no gradient. Leave it out.";
        }
    }
}
