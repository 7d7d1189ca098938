namespace Palimpsest.Training;

/// <summary>Brings the parameters back into a set after every optimizer step, such as the orthant of a sign vector around a base. The optimizer's state is left as it is (projected gradient descent).</summary>
/// <remarks>It has no state of its own that a resumed run would miss; what it depends on belongs into <see cref="Trainable.Settings"/>.</remarks>
public interface IStepProjection
{
    /// <summary>Projects a run of the flat vector in place.</summary>
    /// <param name="offset">Index of the first value in the vector.</param>
    /// <param name="values">At most 2^28 values, in the memory of the parameters themselves, on the CPU.</param>
    void Project(long offset, Span<float> values);
}
