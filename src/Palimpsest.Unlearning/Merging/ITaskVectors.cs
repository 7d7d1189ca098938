using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>The task vectors τ_t = θ_t - θ_0 of T tasks, read in blocks. A source may hold them, map them, or train one again whenever it is asked for.</summary>
/// <remarks>Methods read one task after the other and each from front to back, so that a source that makes vectors anew needs room for one. Another vector of the same layout (a whole model, a Fisher diagonal) may stand in the place of τ.</remarks>
public interface ITaskVectors
{
    /// <summary>Number of tasks T, at least 1.</summary>
    int Count { get; }

    /// <summary>How the entries lie.</summary>
    ParameterLayout Layout { get; }

    /// <summary>Reads entries of one task.</summary>
    /// <param name="task">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="offset">First entry.</param>
    /// <param name="target">Filled whole.</param>
    void Read(int task, long offset, Span<float> target);
}
