using Palimpsest.Federation.Rounds;

namespace Palimpsest.Federation.Flasc;

/// <summary>Settings of Federated Select.</summary>
public sealed record FederatedSelectOptions : MaskedOptions
{
    /// <summary>Share of the weights that goes down and is trained, in (0, 1].</summary>
    /// <value>The default is 1/4.</value>
    public double DownloadDensity { get; init; } = 0.25;

    /// <summary>Share of all coordinates that comes up, at most that of the download.</summary>
    /// <value>The default is all that went down, whose positions the server knows.</value>
    public double? UploadDensity { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
    [
        .. base.Problems(), .. Share("download_density", DownloadDensity), .. UploadDensity is double upload ? Share("upload_density", upload) : [],
        .. UploadDensity > DownloadDensity ? (string[])["upload_density must be at most download_density: nothing else has changed."] : [],
    ];
}

/// <summary>A client gets the largest weights, chosen anew each round, and trains and returns those alone.</summary>
/// <remarks>
/// Charles et al., Federated Select, arXiv 2208.09432, in the form of FLASC's released code: <c>client_freeze</c> without <c>server_freeze</c>. The positions
/// go down, since they change every round; the upload needs none unless it has a density of its own.
/// </remarks>
internal sealed class FederatedSelect(FederatedSelectOptions options) : MaskedDownload(options, [options.DownloadDensity])
{
    /// <inheritdoc/>
    public override void Train(ClientWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        work.Training = work.Training with { Trained = work.Received };
        base.Train(work);
    }

    /// <inheritdoc/>
    public override Support Upload(ServerRound round, int client, ReadOnlySpan<float> update)
    {
        ArgumentNullException.ThrowIfNull(round);
        return options.UploadDensity is double density
            ? new(Largest(update, options.At(density, round.Number)))
            : Download(round, client) with { Known = true };
    }
}
