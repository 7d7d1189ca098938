using System.Globalization;

namespace Palimpsest.Federation.Rounds.Robust;

/// <summary>The mean of each coordinate without its smallest and largest values.</summary>
/// <remarks>Yin et al., Byzantine-Robust Distributed Learning, ICML 2018, definition 2: of n answers the lowest and the highest floor(n share) are left out. It
/// bears that share of the clients.</remarks>
/// <param name="clients">Clients that there are.</param>
/// <param name="cohort">Clients of a round, from 1 to all of them.</param>
/// <param name="share">Share β that is left out at either end, in [0, 1/2).</param>
public sealed class TrimmedMeanAggregator(int clients, int cohort, double share = 0.1) : CoordinatewiseAggregator(clients, cohort)
{
    private readonly double _share = share is >= 0 and < 0.5 ? share : throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
        $"A trimmed mean that leaves {share} out at either end has nothing left. Choose a share of at least 0 and below 0.5."));

    /// <inheritdoc/>
    public override string Settings => string.Create(CultureInfo.InvariantCulture, $"mean of {Cohort} without {_share}");

    private protected override float Of(ReadOnlySpan<float> values)
    {
        int cut = (int)(values.Length * _share);
        double sum = 0;
        foreach (float value in values[cut..^cut])
        {
            sum += value;
        }

        return (float)(sum / (values.Length - (2 * cut)));
    }
}
