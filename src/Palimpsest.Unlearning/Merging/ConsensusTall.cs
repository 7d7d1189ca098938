using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of consensus merging.</summary>
public sealed record ConsensusTallOptions : MergeOptions
{
    /// <summary>Entries that fewer tasks use are dropped; 0 keeps everything.</summary>
    /// <value>The default is 2, the paper's.</value>
    public int AtLeast { get; init; } = 2;

    /// <summary>How masks are made.</summary>
    /// <value>The default is strict on the sum, λ = 0.4.</value>
    public TallMasksOptions Tall { get; init; } = new();

    /// <summary>Factor of the sum.</summary>
    /// <value>The default is 1.</value>
    public double Scale { get; init; } = 1;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        [.. AtLeast >= 0 ? [] : new[] { "at_least must be at least 0." }, .. Finite("scale", Scale), .. Tall.Problems()];
}

/// <summary>Keeps the entries of the sum that at least k tasks use by their TALL-masks: drops selfish and catastrophic ones. Two passes.</summary>
/// <remarks>Wang et al., arXiv 2405.07813, equation 5.</remarks>
public sealed class ConsensusTall(ConsensusTallOptions options) : IMergeMethod
{
    // merged = τ · 1{Σ_t m_t ≥ k}
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        int length = TaskPass.Length(tasks, merged);
        TallMasks tall = new(options.Tall);
        double[] tau = tall.MultiTask(tasks, merged);
        int[] uses = new int[length];
        BitMask mask = new(length);
        for (int task = 0; task < tasks.Count; task++)
        {
            tall.Mark(tasks, task, tau, mask);
            mask.AddTo(0, uses);
        }

        for (int j = 0; j < length; j++)
        {
            merged[j] = uses[j] >= options.AtLeast ? (float)(tau[j] * options.Scale) : 0;
        }
    }
}
