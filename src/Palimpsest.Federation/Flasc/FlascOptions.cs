namespace Palimpsest.Federation.Flasc;

/// <summary>Settings of FLASC.</summary>
public sealed record FlascOptions : MaskedOptions
{
    /// <summary>Share of the weights that goes down, in (0, 1].</summary>
    /// <value>The default is 1/4, or what the tiers say.</value>
    public double? DownloadDensity { get; init; }

    /// <summary>Share of a client's update that comes up, in (0, 1].</summary>
    /// <value>The default is 1/4, or what the tiers say.</value>
    public double? UploadDensity { get; init; }

    /// <summary>Densities of groups of clients that can afford unlike amounts, ascending, for both directions: a client's group is its number modulo how many
    /// there are. Choose a dense head with them, as the released code does.</summary>
    /// <value>The default is none: all clients are alike. The released code has 1/16, 1/4 and 1.</value>
    public IReadOnlyList<double> Tiers { get; init; } = [];

    internal IReadOnlyList<double> Downloads => Tiers.Count > 0 ? Tiers : [DownloadDensity ?? 0.25];

    internal IReadOnlyList<double> Uploads => Tiers.Count > 0 ? Tiers : [UploadDensity ?? 0.25];

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
    [
        .. base.Problems(),
        .. Downloads.SelectMany(density => Share(Tiers.Count > 0 ? "each of tiers" : "download_density", density)),
        .. Tiers.Count > 0 ? [] : Share("upload_density", Uploads[0]),
        .. Tiers.Count > 0 && (DownloadDensity ?? UploadDensity) is not null
            ? (string[])["tiers say the densities of both directions: leave out download_density and upload_density."] : [],
        .. Tiers.Order().SequenceEqual(Tiers) ? (string[])[] : ["tiers must ascend: the model of all is the last one's."],
    ];
}
