namespace Palimpsest.Unlearning.Merging;

/// <summary>A way to make one vector out of T task vectors.</summary>
public interface IMergeMethod
{
    /// <summary>Merges. Memory is a few vectors, however many tasks there are.</summary>
    /// <param name="tasks">Read task by task, once or twice as the class says.</param>
    /// <param name="merged">Receives the merged vector, to be added to the base. As long as the layout.</param>
    /// <param name="masks">Gets the mask of each task in turn from the methods that serve tasks by masks, and is not called by the others; null if nobody wants them.</param>
    /// <exception cref="PalimpsestException">The vectors do not fit the method; the message says why and what would.</exception>
    void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null);
}
