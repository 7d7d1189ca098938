namespace Palimpsest.Interpretability.Ssae;

/// <summary>Data made of known directions: x = Σ_j c_j g_j. Every row follows from its number alone.</summary>
/// <remarks>Draw q of feature j in row r is output number 2 (r features + j) + q of SplitMix64 (Steele et al., OOPSLA 2014) from the seed, as a number below 1.
/// A feature fires if its first draw is below its probability, with a coefficient of one half more than its second.</remarks>
/// <param name="seed">Any value.</param>
/// <param name="directions">One a feature, all of the same width.</param>
public sealed class PlantedDictionary(ulong seed, IReadOnlyList<float[]> directions)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const double Unit = 1.0 / (1UL << 53);

    /// <summary>The true directions.</summary>
    public IReadOnlyList<float[]> Directions { get; } = directions ?? throw new ArgumentNullException(nameof(directions));

    /// <summary>Number of features.</summary>
    public int Features => Directions.Count;

    /// <summary>Makes one row.</summary>
    /// <param name="row">Its number, from 0.</param>
    /// <param name="probability">How often each feature fires in such rows.</param>
    /// <param name="target">Receives the vector.</param>
    /// <param name="coefficients">Receives the coefficients, 0 for features that do not fire; or empty.</param>
    public void Row(long row, IReadOnlyList<double> probability, Span<float> target, Span<double> coefficients = default)
    {
        ArgumentNullException.ThrowIfNull(probability);
        double[] sum = new double[target.Length];
        for (int j = 0; j < Features; j++)
        {
            ulong draw = 2 * (((ulong)row * (ulong)Features) + (ulong)j);
            double c = Draw(draw) < probability[j] ? 0.5 + Draw(draw + 1) : 0;
            if (!coefficients.IsEmpty)
            {
                coefficients[j] = c;
            }

            for (int i = 0; c != 0 && i < sum.Length; i++)
            {
                sum[i] += c * Directions[j][i];
            }
        }

        for (int i = 0; i < sum.Length; i++)
        {
            target[i] = (float)sum[i];
        }
    }

    /// <summary>An output of SplitMix64.</summary>
    /// <param name="index">Its number, from 0.</param>
    internal ulong Output(ulong index)
    {
        ulong z = unchecked(seed + ((index + 1) * Golden));
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }

    private double Draw(ulong index) => (Output(index) >> 11) * Unit;
}
