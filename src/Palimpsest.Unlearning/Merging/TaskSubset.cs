using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Some of the tasks of another source, numbered anew.</summary>
/// <param name="tasks">All tasks.</param>
/// <param name="chosen">The tasks chosen, at least one.</param>
public sealed class TaskSubset(ITaskVectors tasks, IReadOnlyList<int> chosen) : ITaskVectors
{
    /// <inheritdoc/>
    public int Count => chosen.Count;

    /// <inheritdoc/>
    public ParameterLayout Layout => tasks.Layout;

    /// <inheritdoc/>
    public void Read(int task, long offset, Span<float> target) => tasks.Read(chosen[task], offset, target);
}
