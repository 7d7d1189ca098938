using Palimpsest.Numerics;
using Palimpsest.Training;

namespace Palimpsest.Unlearning.SiftMasks;

/// <summary><see cref="SiftProjection"/> as the trainer calls it after every step.</summary>
/// <param name="origin">The base model's values.</param>
/// <param name="signs">One a value.</param>
internal sealed class SignFixing(float[] origin, SignVector signs) : IStepProjection
{
    private readonly SiftProjection _projection = new(signs);

    /// <inheritdoc/>
    public void Project(long offset, Span<float> values) => _projection.Apply(offset, values, origin.AsSpan((int)offset, values.Length));
}
