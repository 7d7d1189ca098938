using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Task vectors that lie in memory.</summary>
public sealed class HeldTaskVectors : ITaskVectors
{
    private readonly IReadOnlyList<float[]> _vectors;

    /// <summary>Wraps vectors.</summary>
    /// <param name="layout">How the entries lie.</param>
    /// <param name="vectors">One a task, each as long as the layout; kept, not copied.</param>
    /// <exception cref="ArgumentException">There is none, or one has another length.</exception>
    public HeldTaskVectors(ParameterLayout layout, IReadOnlyList<float[]> vectors)
    {
        Layout = layout ?? throw new ArgumentNullException(nameof(layout));
        _vectors = vectors ?? throw new ArgumentNullException(nameof(vectors));
        if (vectors.Count == 0 || vectors.Any(vector => vector.Length != layout.Count))
        {
            throw new ArgumentException($"There must be a vector, and each must have {layout.Count} entries.", nameof(vectors));
        }
    }

    /// <inheritdoc/>
    public int Count => _vectors.Count;

    /// <inheritdoc/>
    public ParameterLayout Layout { get; }

    /// <inheritdoc/>
    public void Read(int task, long offset, Span<float> target) => _vectors[task].AsSpan((int)offset, target.Length).CopyTo(target);
}
