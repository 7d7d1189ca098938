using Palimpsest.Numerics;

namespace Palimpsest.Federation.Rounds;

/// <summary>Draws who takes part in a round and makes one vector of what they send; one object, so that sampling, weights, clipping, noise and the account
/// of privacy cannot disagree.</summary>
public interface IRoundAggregator
{
    /// <summary>What a resumed federation must have in common.</summary>
    string Settings { get; }

    /// <summary>Whether the weights of clients are asked for; otherwise all count alike.</summary>
    bool UsesWeights { get; }

    /// <summary>How many clients the sum of a round is divided by, where that is fixed beforehand; null where it is the number of answers.</summary>
    /// <value>The default is null.</value>
    double? ExpectedClients => null;

    /// <summary>What must be kept with a checkpoint.</summary>
    string State { get; }

    /// <summary>What everyone who sees a result must know, such as epsilon and its unit; null for nothing.</summary>
    string? Statement { get; }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <param name="state">As <see cref="State"/> gave it.</param>
    void Restore(string state);

    /// <summary>Begins a round.</summary>
    /// <param name="length">Values of a contribution.</param>
    /// <param name="random">Draws of the round.</param>
    /// <exception cref="PalimpsestException">No further round may be begun, such as when a budget is spent.</exception>
    IAggregation Begin(int length, RandomStream random);
}
