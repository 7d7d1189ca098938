using Palimpsest.Federation.Rounds;

namespace Palimpsest.Federation.Flasc;

/// <summary>Sparse communication around dense training: the largest weights go down, clients train all coordinates, and the largest entries of each update
/// come up.</summary>
/// <remarks>
/// Kuo, Raje, Rajesh, Smith, Federated LoRA with Sparse Communication, arXiv 2406.05233. The mask of the download is one for the whole vector; that of an
/// upload is each client's own and has nothing to do with the first. The server keeps and steps all coordinates: those that were not sent begin at zero at the
/// clients, who move them all the same. In the first round every B is zero, so that A and the head alone are chosen.
/// </remarks>
internal sealed class FlascAlgorithm(FlascOptions options) : MaskedDownload(options, options.Downloads)
{
    // down: w ⊙ top-K(|w|)        up: Δ ⊙ top-K(|Δ|), Δ = weights after training less those that arrived
    /// <inheritdoc/>
    public override Support Upload(ServerRound round, int client, ReadOnlySpan<float> update)
    {
        ArgumentNullException.ThrowIfNull(round);
        return new(Largest(update, options.At(options.Uploads[GroupOf(client)], round.Number)));
    }
}
