using Palimpsest.Common;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.Ssae.Tilting;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>The autoencoder, and the ways in which it is specialised.</summary>
public sealed record SsaeMethodSection : IValidated
{
    /// <summary>The hook point.</summary>
    /// <value>The default is <c>blocks.1.hook_resid_post</c>.</value>
    public string Hook { get; init; } = "blocks.1.hook_resid_post";

    /// <summary>Latents a unit of the activations' width.</summary>
    /// <value>The default is 8.</value>
    public double Expansion { get; init; } = 8;

    /// <summary>The architecture and its settings.</summary>
    /// <value>The default is ReLU and L1, as in the paper.</value>
    public SaeOptions Architecture { get; init; } = new StandardOptions();

    /// <summary>Strengths of the sparsity, one autoencoder each: weights of the penalty, or active latents where the architecture sets them.</summary>
    /// <value>The default is the architecture's own.</value>
    public IReadOnlyList<double> Sparsities { get; init; } = [];

    /// <summary>What the general autoencoder is finetuned on, or what takes its place: general, random, seed, bm25, dense, bm25-tracin, dense-tracin, oracle,
    /// residual or direct.</summary>
    /// <value>The default is general, random, seed, bm25, dense, dense-tracin and oracle.</value>
    public IReadOnlyList<string> Arms { get; init; } = ["general", "random", "seed", "bm25", "dense", "dense-tracin", "oracle"];

    /// <summary>Estimators of tilted risk that are tried beside the plain mean, on what <see cref="TiltOn"/> says.</summary>
    /// <value>The default is the one that aims at an effective size of 0.2.</value>
    public IReadOnlyList<TiltOptions> Tilts { get; init; } = [new EssTiltOptions()];

    /// <summary>The arm that tilts are tried on.</summary>
    /// <value>The default is dense.</value>
    public string TiltOn { get; init; } = "dense";

    /// <summary>Passages that are retrieved.</summary>
    /// <value>The default is 120.</value>
    public int Retrieve { get; init; } = 120;

    /// <summary>Folder of a sentence encoder whose vectors dense retrieval compares.</summary>
    /// <value>The default is none: means of the model's own states.</value>
    public string? Encoder { get; init; }

    /// <summary>How many times as many are retrieved before they are ranked again.</summary>
    /// <value>The default is 4.</value>
    public int Rerank { get; init; } = 4;

    /// <summary>Share of each batch that comes from the general corpus, in [0, 1).</summary>
    /// <value>The default is 0.</value>
    public double ControlMixture { get; init; }

    /// <summary>Whether all directions are kept at length 1.</summary>
    /// <value>The default is false: the penalty is weighted with their lengths.</value>
    public bool UnitDecoder { get; init; }

    /// <summary>Steps of silence after which a latent is dead.</summary>
    /// <value>The default is 200.</value>
    public int DeadWindow { get; init; } = 200;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach (string arm in Arms.Append(TiltOn).Where(arm => !SsaeArms.Names.Contains(arm)))
        {
            yield return $"arms: there is no arm \"{arm}\". {(NearestName.Find(arm, SsaeArms.Names) is string near ? $"Did you mean {near}? " : "")}"
                + $"Known are {string.Join(", ", SsaeArms.Names)}.";
        }

        if (!(Expansion > 0) || Retrieve < 1 || Rerank < 1 || ControlMixture is not (>= 0 and < 1) || DeadWindow < 1)
        {
            yield return "expansion must be above 0, retrieve, rerank and dead_window at least 1, and control_mixture in [0, 1).";
        }

        if (Sparsities.Any(value => !(value > 0)))
        {
            yield return "sparsities must be above 0.";
        }

        if (Architecture is TranscoderOptions)
        {
            yield return "architecture: a transcoder cannot be put in the place of what it read. Take an autoencoder.";
        }
    }
}
