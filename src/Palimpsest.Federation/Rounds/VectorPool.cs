using System.Collections.Concurrent;

namespace Palimpsest.Federation.Rounds;

/// <summary>Vectors of one length that are used again: workers fill them, the server's thread gives them back. Thread-safe.</summary>
/// <param name="length">Their length.</param>
internal sealed class VectorPool(int length)
{
    private readonly ConcurrentBag<float[]> _free = [];

    /// <summary>A vector; what stands in it is left over.</summary>
    public float[] Rent() => _free.TryTake(out float[]? vector) ? vector : new float[length];

    /// <summary>Gives a vector back.</summary>
    public void Return(float[] vector) => _free.Add(vector);
}
