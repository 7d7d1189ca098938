using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Settings of autoencoders that keep the largest latents of a whole batch.</summary>
public abstract record BatchSelectingOptions : SelectingOptions
{
    /// <summary>How fast the threshold follows the smallest latent that is kept.</summary>
    /// <value>The default is 0.01.</value>
    public double TopkThresholdLr { get; init; } = 0.01;
}

/// <summary>Settings of the BatchTopK autoencoder.</summary>
public sealed record BatchTopKOptions : BatchSelectingOptions;

/// <summary>The k B largest latents of a batch of B inputs are kept; afterwards a threshold takes their place (Bussmann et al., arXiv 2412.06410).</summary>
public class BatchTopKSae : TopKSae
{
    private readonly Tensor _threshold = zeros(1, ScalarType.Float64).DetachFromDisposeScope().view([]).DetachFromDisposeScope();

    internal BatchTopKSae(SaeConfig config)
        : base(config)
    {
    }

    /// <summary>What a latent must exceed when training is over.</summary>
    public double Threshold
    {
        get => Ops.Number(_threshold);
        internal set
        {
            using Tensor number = tensor(value, ScalarType.Float64);
            _threshold.copy_(number);
        }
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<(string Name, Tensor Values)> Buffers => [("topk_threshold", _threshold)];

    /// <inheritdoc/>
    internal override SaeOptions InferenceOptions => new JumpReluOptions();

    // θ <- (1 - r) θ + r (smallest positive latent of the batch)
    /// <inheritdoc/>
    internal override void Learnt(Tensor acts)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor positive = acts.masked_select(acts.gt(Scalars.Zero));
        if (positive.numel() > 0)
        {
            double rate = ((BatchSelectingOptions)Config.Options).TopkThresholdLr;
            Threshold = ((1 - rate) * Threshold) + (rate * Ops.Number(positive.min()));
        }
    }

    /// <inheritdoc/>
    private protected override Tensor Select(Tensor scaled)
    {
        Tensor positive = scaled.relu(), flat = positive.flatten();
        int kept = (int)(Selecting.K * (flat.numel() / Config.DSae));
        (Tensor values, Tensor places) = flat.topk(Math.Min(kept, (int)flat.numel()), -1);
        return zeros_like(flat).scatter(0, places, values).view(positive.shape);
    }
}
