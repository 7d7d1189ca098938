namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of task arithmetic.</summary>
public sealed record TaskArithmeticOptions : MergeOptions
{
    /// <summary>Factor λ of the sum, or of the mean.</summary>
    /// <value>The default is 1.</value>
    public double Scale { get; init; } = 1;

    /// <summary>Whether the sum is divided by the number of tasks: the mean, uniform soup, "FT + Merge".</summary>
    /// <value>The default is false.</value>
    public bool Mean { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Finite("scale", Scale);
}

/// <summary>Adds all task vectors up, or takes their mean. One pass.</summary>
/// <remarks>Ilharco et al., Editing Models with Task Arithmetic, arXiv 2212.04089; the mean is the uniform soup of Wortsman et al., arXiv 2203.05482.</remarks>
public sealed class TaskArithmetic(TaskArithmeticOptions options) : IMergeMethod
{
    // merged = λ Σ_t τ_t        or        λ/T Σ_t τ_t
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        TaskPass.Length(tasks, merged);
        TaskPass.Write(TaskPass.Sum(tasks), options.Mean ? options.Scale / tasks.Count : options.Scale, merged);
    }
}
