using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>What an arm adds to the base when it serves an owner.</summary>
/// <param name="Vector">[count], or empty for nothing.</param>
/// <param name="Mask">Lets the vector through where it is on; null for all of it.</param>
internal readonly record struct ServedVector(float[] Vector, BitMask? Mask = null);
