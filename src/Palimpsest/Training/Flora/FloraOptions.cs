using Palimpsest.Training.Optimizers.Projected;

namespace Palimpsest.Training.Flora;

/// <summary>Settings of Flora. <c>every</c> is 1000 unless set, as in its code; <c>beta2</c> and <c>epsilon</c> are those of what is not projected.</summary>
public sealed record FloraOptions : ProjectionOptions
{
    /// <summary>The defaults.</summary>
    public FloraOptions() => Every = 1000;

    /// <summary>The second moment's decay in step t is 1 - t^-decay_power, above 0 and at most 1.</summary>
    /// <value>The default is 0.8.</value>
    public double DecayPower { get; init; } = 0.8;

    /// <summary>An update whose root mean square is larger is scaled down to it, above 0.</summary>
    /// <value>The default is 1.</value>
    public double ClipThreshold { get; init; } = 1;

    /// <summary>Multiplies the learning rate with the root mean square of the matrix, at least 1e-3.</summary>
    /// <value>The default is true.</value>
    public bool ScaleParameter { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        foreach (string problem in base.Problems())
        {
            yield return problem;
        }

        if (DecayPower is not (> 0 and <= 1))
        {
            yield return "decay_power must be above 0 and at most 1.";
        }

        if (!(ClipThreshold > 0) || !double.IsFinite(ClipThreshold))
        {
            yield return "clip_threshold must be a number above 0.";
        }

        if (EightBit)
        {
            yield return "eight_bit has no part in flora, whose second moments are two vectors a matrix. Leave it out.";
        }
    }
}
