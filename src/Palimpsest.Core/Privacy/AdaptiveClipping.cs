using Palimpsest.Common;
using static System.FormattableString;

namespace Palimpsest.Privacy;

/// <summary>The clipping norm follows a quantile of the norms, which is itself estimated privately.</summary>
/// <remarks>
/// Andrew, Thakkar, McMahan and Ramaswamy, Differentially Private Learning with Adaptive Clipping (2021): b̃ = (number of norms up to C + N(0, σ_b²)) / m and
/// C ← C e^(-η (b̃ - γ)). The bit of a unit, moved to ±1/2, and its update are released together at the noise multiplier z if the update's own is (z⁻² - (2
/// σ_b)⁻²)^(-1/2) (theorem 1).
/// </remarks>
public sealed record AdaptiveClipping : IValidated
{
    /// <summary>γ: the share of norms to lie below C, in [0, 1].</summary>
    public double Quantile { get; init; } = 0.5;

    /// <summary>η, above 0.</summary>
    public double LearningRate { get; init; } = 0.2;

    /// <summary>σ_b as a share of the expected units; a twentieth by default, as in the paper.</summary>
    public double CountNoise { get; init; } = 0.05;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (!(Quantile is >= 0 and <= 1))
        {
            yield return Invariant($"quantile must lie between 0 and 1, but is {Quantile}.");
        }

        if (!(LearningRate > 0))
        {
            yield return Invariant($"learning_rate must be above 0, but is {LearningRate}.");
        }

        if (!(CountNoise > 0))
        {
            yield return Invariant($"count_noise must be above 0, but is {CountNoise}: a count without noise is not private.");
        }
    }

    /// <summary>The noise multiplier that is left to the updates if both releases together are to have <paramref name="noise"/>.</summary>
    /// <param name="noise">z.</param>
    /// <param name="countNoise">σ_b, the standard deviation of the noise of the count.</param>
    /// <returns>Never below z; NaN if 2 σ_b is not above z, so that the count alone uses the whole budget up.</returns>
    public static double UpdateNoise(double noise, double countNoise) =>
        2 * countNoise > noise ? 1 / Math.Sqrt((1 / (noise * noise)) - (1 / (4 * countNoise * countNoise))) : double.NaN;

    /// <summary>The next clipping norm.</summary>
    /// <param name="clip">C.</param>
    /// <param name="noisyCount">Number of norms up to C, with its noise.</param>
    /// <param name="expected">m.</param>
    public double Next(double clip, double noisyCount, double expected) => clip * Math.Exp(-LearningRate * ((noisyCount / expected) - Quantile));
}
