using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>What serves one task from a merged vector: base + scale · mask · merged.</summary>
/// <param name="Task">Number of the task.</param>
/// <param name="Mask">Entries of the merged vector that the task uses. The receiver's own.</param>
/// <param name="Scale">Factor of the task.</param>
public sealed record TaskMask(int Task, BitMask Mask, double Scale = 1)
{
    /// <summary>The vector that is added to the base to serve the task.</summary>
    /// <param name="merged">The merged vector.</param>
    /// <param name="served">Receives scale · mask · merged; may be the merged vector itself.</param>
    public void Serve(ReadOnlySpan<float> merged, Span<float> served)
    {
        merged.CopyTo(served);
        Mask.Apply(0, served[..merged.Length]);
        if (Scale != 1)
        {
            for (int j = 0; j < merged.Length; j++)
            {
                served[j] = (float)(served[j] * Scale);
            }
        }
    }
}
