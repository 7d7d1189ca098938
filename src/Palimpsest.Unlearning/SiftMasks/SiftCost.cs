namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>What deletions and storage cost by the paper's counting; modelled, not measured.</summary>
/// <remarks>arXiv 2504.04626, section 4.3 and table 1. The unit is a task whose fine-tuning is run again. The published "up to 250x" is <see cref="CentralRefits"/> over <see cref="MergeRefits"/> for all but one of 500 tasks.</remarks>
public static class SiftCost
{
    /// <summary>Tasks run again for deletions one at a time from a sum: one each.</summary>
    /// <param name="deletions">Number of deletions.</param>
    public static long MergeRefits(long deletions) => deletions;

    // Σ_{i=1}^{n} (T - i)
    /// <summary>Tasks run again for deletions one at a time from a centrally tuned model: all that are left, each time.</summary>
    /// <param name="tasks">Tasks at first.</param>
    /// <param name="deletions">Number of deletions, at most <paramref name="tasks"/>.</param>
    public static long CentralRefits(long tasks, long deletions) => (deletions * tasks) - (deletions * (deletions + 1) / 2);

    // 1 + T/32
    /// <summary>Storage in f32 models: the sum counted as one, and a bit a parameter for each task.</summary>
    /// <param name="tasks">Number of tasks.</param>
    public static double StorageInModels(long tasks) => 1 + (tasks / 32.0);
}
