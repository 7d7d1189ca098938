using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of TIES-merging.</summary>
public sealed record TiesOptions : MergeOptions
{
    /// <summary>Share of entries kept of each task vector, in [0, 1]; 1 trims nothing.</summary>
    /// <value>The default is 0.2, the paper's.</value>
    public double Density { get; init; } = 0.2;

    /// <summary>Whether the entries that agree with the elected sign are added up instead of averaged.</summary>
    /// <value>The default is false.</value>
    public bool Sum { get; init; }

    /// <summary>Factor λ of the result.</summary>
    /// <value>The default is 1; the paper uses 0.3 to 1 on sums.</value>
    public double Scale { get; init; } = 1;

    /// <summary>Which reading is followed.</summary>
    /// <value>The default is the paper's definition.</value>
    public TiesForm Form { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. Between("density", Density, 0, 1), .. Finite("scale", Scale)];
}

/// <summary>Trims each task vector to its largest entries, elects one sign a coordinate, and averages the entries that agree with it. One pass.</summary>
/// <remarks>Yadav et al., TIES-Merging, arXiv 2306.01708, algorithm 1. Equal magnitudes: the lower index stays. Zeros do not count in the mean. <see cref="TiesForm"/> says where released code differs.</remarks>
public sealed class Ties(TiesOptions options) : IMergeMethod
{
    // s_j = sign(Σ_t trim(τ_t)_j)        merged_j = λ · mean of trim(τ_t)_j over the t whose sign is s_j
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        int length = TaskPass.Length(tasks, merged);

        // Both sides of each coordinate are kept, so that one pass over vectors that may have to be trained again is enough.
        double[] positive = new double[length], negative = new double[length];
        int[] positives = new int[length], negatives = new int[length];
        TaskPass.ForEach(Trimmed(tasks), (_, offset, tau) =>
        {
            for (int j = 0; j < tau.Length; j++)
            {
                (double[] sums, int[] counts) = tau[j] > 0 ? (positive, positives) : (negative, negatives);
                sums[offset + j] += tau[j];
                counts[offset + j] += tau[j] != 0 ? 1 : 0;
            }
        });

        int tie = SignOfTies(positive, negative);
        for (int j = 0; j < length; j++)
        {
            int sign = Math.Sign(positive[j] + negative[j]);
            sign = sign == 0 ? tie : sign;
            (double sum, int count) = sign > 0 ? (positive[j], positives[j]) : sign < 0 ? (negative[j], negatives[j]) : (0, 0);
            merged[j] = (float)(options.Scale * (options.Sum ? sum : sum / Math.Max(count, 1)));
        }
    }

    /// <summary>The vectors with all but their largest entries set to zero.</summary>
    internal ITaskVectors Trimmed(ITaskVectors tasks)
    {
        long kept = TopK.Count(tasks.Layout.Count, options.Density);
        switch (options.Form)
        {
            case TiesForm.PublishedCode when kept == tasks.Layout.Count:
                throw new PalimpsestException("TIES as published cannot keep everything: a density of 1 is an error in its code. Use the form \"definition\".");
            case TiesForm.PublishedCode:
                return new ChangedTasks(tasks, (_, vector) => TopK.KeepAtLeast(vector, kept + 1));
            case TiesForm.Mergekit:
                return new ChangedTasks(tasks, ChangedTasks.PerTensor(tasks.Layout, (_, slot, values) => TopK.Keep(values, TopK.Count(slot.Count, options.Density))));
            default:
                return kept == tasks.Layout.Count ? tasks : new ChangedTasks(tasks, (_, vector) => TopK.Keep(vector, kept));
        }
    }

    private int SignOfTies(double[] positive, double[] negative)
    {
        if (options.Form == TiesForm.Mergekit)
        {
            return 1;
        }

        long balance = 0;
        for (int j = 0; j < positive.Length; j++)
        {
            balance += Math.Sign(positive[j] + negative[j]);
        }

        return balance != 0 ? Math.Sign(balance) : options.Form == TiesForm.PublishedCode ? -1 : 0;
    }
}
