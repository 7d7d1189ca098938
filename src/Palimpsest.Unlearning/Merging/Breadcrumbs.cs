using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of Breadcrumbs.</summary>
public sealed record BreadcrumbsOptions : MergeOptions
{
    /// <summary>Share of entries kept, in [0, 1].</summary>
    /// <value>The default is 0.6.</value>
    public double Density { get; init; } = 0.6;

    /// <summary>Share of the largest entries that is dropped, in [0, 1].</summary>
    /// <value>The default is 0.1.</value>
    public double Gamma { get; init; } = 0.1;

    /// <summary>Factor λ of the sum.</summary>
    /// <value>The default is 0.3.</value>
    public double Scale { get; init; } = 0.3;

    /// <summary>Which reading is followed.</summary>
    /// <value>The default is the definition.</value>
    public BreadcrumbsForm Form { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. Between("density", Density, 0, 1), .. Between("gamma", Gamma, 0, 1), .. Finite("scale", Scale)];
}

/// <summary>Adds task vectors up after both tails of each tensor are cut: the smallest entries and the few largest. One pass.</summary>
/// <remarks>Davari and Belilovsky, Model Breadcrumbs, arXiv 2312.06795. Of equal magnitudes the higher index counts as larger, as after an ascending sort; by rows the lower one, as in a top-k.</remarks>
public sealed class Breadcrumbs(BreadcrumbsOptions options) : IMergeMethod
{
    // merged = λ Σ_t m_t τ_t,   m: ranks int(γ n) .. int(γ n) + int(density n) of each tensor
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        TaskPass.Length(tasks, merged);
        TaskPass.Write(TaskPass.Sum(Changed(tasks)), options.Scale, merged);
    }

    /// <summary>The vectors with both tails cut.</summary>
    internal ITaskVectors Changed(ITaskVectors tasks) => new ChangedTasks(tasks, ChangedTasks.PerTensor(tasks.Layout, (_, slot, values) =>
    {
        if (options.Form is BreadcrumbsForm.Definition or BreadcrumbsForm.Mergekit)
        {
            // TopK prefers the lower of equal entries, an ascending sort the higher.
            values.Reverse();
            Cut(values);
            values.Reverse();
            return;
        }

        int width = slot.Shape.Count > 0 ? (int)slot.Shape[^1] : values.Length;
        for (int at = 0; at < values.Length; at += width)
        {
            Cut(values.Slice(at, width));
        }
    }));

    private void Cut(Span<float> values)
    {
        long kept = TopK.Count(values.Length, options.Density), dropped = TopK.Count(values.Length, options.Gamma);
        if (options.Form == BreadcrumbsForm.Mergekit && dropped == 0)
        {
            values.Clear();
            return;
        }

        long reach = options.Form == BreadcrumbsForm.RowsKeepFirst ? kept : Math.Min(values.Length, kept + dropped);
        BitMask mask = TopK.Mask(values, reach);
        mask.AndNot(TopK.Mask(values, Math.Min(dropped, reach)));
        mask.Apply(0, values);
    }
}
