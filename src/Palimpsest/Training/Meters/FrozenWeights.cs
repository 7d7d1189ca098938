namespace Palimpsest.Training.Meters;

/// <summary>Weights that take part in a training and are not trained.</summary>
/// <param name="Allocated">Bytes in allocated memory.</param>
/// <param name="Mapped">Bytes mapped from files.</param>
public readonly record struct FrozenWeights(long Allocated, long Mapped);
