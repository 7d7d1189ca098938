using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of TALL-masks.</summary>
public sealed record TallMasksOptions : MergeOptions
{
    /// <summary>λ: how much larger a task's own entry must be than what the others add.</summary>
    /// <value>The default is 0.4.</value>
    public double Lambda { get; init; } = 0.4;

    /// <summary>Whether the other published description is followed: the mean instead of the sum, and ≥ instead of &gt;, so that entries no task touched are active.</summary>
    /// <value>The default is false.</value>
    public bool MeanInclusive { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Finite("lambda", Lambda);
}

/// <summary>Serves each task from the sum of all by a mask of the entries that are mostly its own. Two passes.</summary>
/// <remarks>Wang et al., Localizing Task Information for Improved Model Merging and Compression, arXiv 2405.07813, equation 3. Decided in f64 on task vectors; code that subtracts whole f32 weights flips a few bits.</remarks>
/// <param name="options">Settings.</param>
/// <param name="multiTask">Makes the multi-task vector τ instead of the sum.</param>
public sealed class TallMasks(TallMasksOptions options, IMergeMethod? multiTask = null) : IMergeMethod
{
    // m_t = |τ_t| > λ |τ - τ_t|        served: base + m_t τ
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        int length = TaskPass.Length(tasks, merged);
        double[] tau = MultiTask(tasks, merged);
        for (int task = 0; task < (masks is null ? 0 : tasks.Count); task++)
        {
            BitMask mask = new(length);
            Mark(tasks, task, tau, mask);
            masks!(new TaskMask(task, mask));
        }
    }

    /// <summary>τ in f64, and as the merged vector in f32.</summary>
    internal double[] MultiTask(ITaskVectors tasks, Span<float> merged)
    {
        if (multiTask is not null)
        {
            multiTask.Merge(tasks, merged);
            double[] made = new double[merged.Length];
            TaskPass.Add(made, merged);
            return made;
        }

        double[] sum = TaskPass.Sum(tasks);
        double scale = options.MeanInclusive ? 1.0 / tasks.Count : 1;
        TaskPass.Write(sum, scale, merged);
        for (int j = 0; j < sum.Length; j++)
        {
            sum[j] = options.MeanInclusive ? sum[j] / tasks.Count : sum[j];
        }

        return sum;
    }

    /// <summary>Sets the mask of a task.</summary>
    internal void Mark(ITaskVectors tasks, int task, double[] tau, BitMask mask)
    {
        double[] scores = new double[Math.Min(TaskPass.BlockLength, tau.Length)];
        TaskPass.ForEach(tasks, task, (_, offset, own) =>
        {
            for (int j = 0; j < own.Length; j++)
            {
                double lead = Math.Abs((double)own[j]) - (options.Lambda * Math.Abs(tau[offset + j] - own[j]));
                scores[j] = options.MeanInclusive && lead == 0 ? 1 : lead;
            }

            mask.SetPositive<double>(offset, scores.AsSpan(0, own.Length));
        });
    }
}
