using Palimpsest.Common;
using Palimpsest.Interpretability.SparseAutoencoders;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What is trained.</summary>
public sealed record SaeMethodSection : IValidated
{
    /// <summary>The hook point.</summary>
    /// <value>The default is <c>blocks.1.hook_resid_post</c>.</value>
    public string Hook { get; init; } = "blocks.1.hook_resid_post";

    /// <summary>The point that a transcoder predicts.</summary>
    /// <value>The default is none.</value>
    public string? HookOut { get; init; }

    /// <summary>Latents a unit of the activations' width.</summary>
    /// <value>The default is 8.</value>
    public double Expansion { get; init; } = 8;

    /// <summary>The architecture and its settings.</summary>
    /// <value>The default is topk with 32 active latents.</value>
    public SaeOptions Architecture { get; init; } = new TopKOptions();

    /// <summary>What is done to the activations first: none, constant_norm_rescale, layer_norm or expected_average_only_in.</summary>
    /// <value>The default is expected_average_only_in.</value>
    public SaeNormalization Normalize { get; init; } = SaeNormalization.ExpectedAverageOnlyIn;

    /// <summary>Whether all directions are kept at length 1.</summary>
    /// <value>The default is false.</value>
    public bool UnitDecoder { get; init; }

    /// <summary>Steps of silence after which a latent is dead.</summary>
    /// <value>The default is 200.</value>
    public int DeadWindow { get; init; } = 200;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (!(Expansion > 0) || DeadWindow < 1)
        {
            yield return "expansion must be above 0, and dead_window at least 1.";
        }

        if (Normalize == SaeNormalization.CovarianceWhitening)
        {
            yield return "normalize: covariance_whitening is read, not made. Take expected_average_only_in.";
        }

        if ((HookOut is null) == (Architecture is TranscoderOptions))
        {
            yield return "hook_out and a transcoder belong together: it says what is predicted from the activations at hook.";
        }
    }
}
