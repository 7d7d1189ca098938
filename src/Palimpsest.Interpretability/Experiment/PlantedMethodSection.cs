using Palimpsest.Common;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.Ssae.Tilting;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>The autoencoder and the estimators.</summary>
public sealed record PlantedMethodSection : IValidated
{
    /// <summary>Latents; fewer than there are directions, so that rare ones lose.</summary>
    /// <value>The default is 256.</value>
    public int Latents { get; init; } = 256;

    /// <summary>The architecture and its settings.</summary>
    /// <value>The default is ReLU and L1.</value>
    public SaeOptions Architecture { get; init; } = new StandardOptions { L1Coefficient = 5 };

    /// <summary>Estimators of tilted risk beside the plain mean.</summary>
    /// <value>The default is all six kinds.</value>
    public IReadOnlyList<TiltOptions> Tilts { get; init; } =
    [
        new BatchTiltOptions { T = 0.005 }, new RunningTiltOptions { T = 0.005 }, new VariationalTiltOptions { T = 0.005 },
        new ReweightedTiltOptions { T = 0.5 },
        new EssTiltOptions { Share = 0.2 }, new EssTiltOptions { Share = 0.05 }, new GroupTiltOptions { T = 0.005 },
    ];

    /// <summary>Documents that are retrieved, by the mean of their rows.</summary>
    /// <value>The default is 40.</value>
    public int Retrieve { get; init; } = 40;

    /// <summary>Steps of silence after which a latent is dead.</summary>
    /// <value>The default is 200.</value>
    public int DeadWindow { get; init; } = 200;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Latents < 2 || Retrieve < 1 || DeadWindow < 1)
        {
            yield return "latents must be at least 2, and retrieve and dead_window at least 1.";
        }
    }
}
