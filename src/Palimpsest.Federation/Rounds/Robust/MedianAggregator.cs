using System.Globalization;

namespace Palimpsest.Federation.Rounds.Robust;

/// <summary>The median of each coordinate; of an even number of answers the mean of the two in the middle.</summary>
/// <remarks>Yin et al., Byzantine-Robust Distributed Learning, ICML 2018. It bears up to half of the clients.</remarks>
/// <param name="clients">Clients that there are.</param>
/// <param name="cohort">Clients of a round, from 1 to all of them.</param>
public sealed class MedianAggregator(int clients, int cohort) : CoordinatewiseAggregator(clients, cohort)
{
    /// <inheritdoc/>
    public override string Settings => string.Create(CultureInfo.InvariantCulture, $"median of {Cohort}");

    private protected override float Of(ReadOnlySpan<float> values) =>
        (float)(((double)values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2);
}
