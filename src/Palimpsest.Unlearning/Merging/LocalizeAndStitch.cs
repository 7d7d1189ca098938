using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of Localize-and-Stitch.</summary>
public sealed record LocalizeAndStitchOptions : MergeOptions
{
    /// <summary>Share of entries of each task vector in its data-free mask, in [0, 1].</summary>
    /// <value>The default is 0.3.</value>
    public double Density { get; init; } = 0.3;

    /// <summary>Whether masks are made as in the released code: entries above the smallest kept magnitude, so one fewer, and many fewer where magnitudes are equal.</summary>
    /// <value>The default is false.</value>
    public bool Compat { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Between("density", Density, 0, 1);
}

/// <summary>Cuts a small region out of each task vector and averages regions where they overlap. One pass.</summary>
/// <remarks>He et al., Localize-and-Stitch, arXiv 2408.13656, section 3; the data-free masks of its appendix unless others are given.</remarks>
/// <param name="options">Settings.</param>
/// <param name="localized">The mask of each task, for masks that were trained; null for data-free ones.</param>
public sealed class LocalizeAndStitch(LocalizeAndStitchOptions options, Func<int, BitMask>? localized = null) : IMergeMethod
{
    // merged = Σ_t m_t τ_t / max(Σ_t m_t, 1)
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        int length = TaskPass.Length(tasks, merged);
        double[] sum = new double[length];
        int[] uses = new int[length];
        float[] vector = new float[length];
        for (int task = 0; task < tasks.Count; task++)
        {
            tasks.Read(task, 0, vector);
            TaskPass.Check(task, 0, vector);
            BitMask mask = localized?.Invoke(task) ?? Region(vector);
            mask.Apply(0, vector);
            mask.AddTo(0, uses);
            TaskPass.Add(sum, vector);
        }

        for (int j = 0; j < length; j++)
        {
            merged[j] = (float)(sum[j] / Math.Max(uses[j], 1));
        }
    }

    /// <summary>The data-free mask of a vector.</summary>
    internal BitMask Region(ReadOnlySpan<float> vector)
    {
        long kept = TopK.Count(vector.Length, options.Density);
        BitMask mask = TopK.Mask(vector, kept);
        if (!options.Compat)
        {
            return mask;
        }

        float least = float.PositiveInfinity;
        for (int j = 0; j < vector.Length; j++)
        {
            least = mask[j] ? Math.Min(least, Math.Abs(vector[j])) : least;
        }

        float[] lead = new float[vector.Length];
        for (int j = 0; j < vector.Length; j++)
        {
            lead[j] = Math.Abs(vector[j]) - least;
        }

        mask.SetPositive<float>(0, lead);
        return mask;
    }
}
