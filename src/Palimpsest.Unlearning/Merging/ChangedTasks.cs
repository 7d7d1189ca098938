using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Task vectors after a change that needs a whole vector, such as trimming. Holds the one that is being read.</summary>
internal sealed class ChangedTasks(ITaskVectors source, Action<int, float[]> change) : ITaskVectors
{
    private readonly float[] _current = new float[TaskPass.Length(source)];
    private int _task = -1;

    public int Count => source.Count;

    public ParameterLayout Layout => source.Layout;

    public void Read(int task, long offset, Span<float> target)
    {
        if (task != _task)
        {
            _task = -1;
            source.Read(task, 0, _current);
            TaskPass.Check(task, 0, _current);
            change(task, _current);
            _task = task;
        }

        _current.AsSpan((int)offset, target.Length).CopyTo(target);
    }

    /// <summary>Changes each tensor of a vector apart.</summary>
    public static Action<int, float[]> PerTensor(ParameterLayout layout, TensorAction change) => (task, vector) =>
    {
        foreach (ParameterSlot slot in layout.Slots)
        {
            change(task, slot, vector.AsSpan((int)slot.Offset, (int)slot.Count));
        }
    };

    public delegate void TensorAction(int task, ParameterSlot slot, Span<float> values);
}
