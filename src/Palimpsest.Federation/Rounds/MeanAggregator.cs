using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Federation.Rounds;

/// <summary>A fixed number of clients, drawn without replacement, and the mean of what they send: FedAvg's.</summary>
/// <remarks>McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS 2017, algorithm 1. Sums are in f64. It gives no
/// privacy.</remarks>
/// <param name="clients">Clients that there are.</param>
/// <param name="cohort">Clients of a round, from 1 to all of them.</param>
public sealed class MeanAggregator(int clients, int cohort) : IRoundAggregator
{
    private readonly int _cohort = Check(clients, cohort);

    private double[] _sum = [];

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture, $"mean of {_cohort}");

    /// <inheritdoc/>
    public bool UsesWeights => true;

    /// <inheritdoc/>
    public string State => "";

    /// <inheritdoc/>
    public string? Statement => null;

    /// <inheritdoc/>
    public void Restore(string state)
    {
    }

    /// <inheritdoc/>
    public IAggregation Begin(int length, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Array.Resize(ref _sum, length);
        Array.Clear(_sum);
        return new Mean(Draw(clients, _cohort, random), _sum);
    }

    /// <summary>Refuses a cohort that cannot be drawn.</summary>
    internal static int Check(int clients, int cohort) => cohort >= 1 && cohort <= clients ? cohort : throw new PalimpsestException(string.Create(
        CultureInfo.InvariantCulture, $"cohort is {cohort}, but there are {clients} clients to draw from without replacement. Choose from 1 to {clients}."));

    /// <summary>Draws without replacement, in memory of the cohort alone.</summary>
    /// <remarks>Floyd's algorithm: Bentley, Programming Pearls, CACM 30(9), 1987.</remarks>
    /// <param name="clients">Clients that there are.</param>
    /// <param name="cohort">How many to draw.</param>
    /// <param name="random">Drawn from.</param>
    /// <returns>Ascending.</returns>
    public static IReadOnlyList<int> Draw(int clients, int cohort, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        SortedSet<int> drawn = [];
        for (int last = clients - cohort; last < clients; last++)
        {
            if (!drawn.Add(random.NextInt(last + 1)))
            {
                drawn.Add(last);
            }
        }

        return [.. drawn];
    }

    private sealed class Mean(IReadOnlyList<int> clients, double[] sum) : IAggregation
    {
        private double _weights;

        public IReadOnlyList<int> Clients => clients;

        // Σ w_i Δ_i / Σ w_i
        public void Add(int client, Span<float> contribution, double weight)
        {
            _weights += weight;
            for (int i = 0; i < contribution.Length; i++)
            {
                sum[i] += weight * contribution[i];
            }
        }

        public bool Finish(Span<float> average)
        {
            for (int i = 0; i < average.Length && _weights > 0; i++)
            {
                average[i] = (float)(sum[i] / _weights);
            }

            return _weights > 0;
        }
    }
}
