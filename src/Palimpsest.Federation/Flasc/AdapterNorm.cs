using Palimpsest.Federation.Algorithms;
using Palimpsest.Numerics;

namespace Palimpsest.Federation.Flasc;

/// <summary>How large an adapter is: the Frobenius norm of B A over all its modules, without making B A.</summary>
internal static class AdapterNorm
{
    // ||B A||^2 = Σ_ij (B^T B)_ij (A A^T)_ij
    /// <summary>The norm.</summary>
    /// <param name="layout">Names the factors: <c>lora_A</c> [rank, inputs] beside <c>lora_B</c> [outputs, rank].</param>
    /// <param name="weights">[count]</param>
    public static double Of(ParameterLayout layout, ReadOnlySpan<float> weights)
    {
        double squares = 0;
        foreach (ParameterSlot first in layout.Slots.Where(CoordinateMasks.IsA))
        {
            ParameterSlot second = layout[first.Name.Replace("lora_A", "lora_B", StringComparison.Ordinal)
                .Replace("lora_embedding_A", "lora_embedding_B", StringComparison.Ordinal)];
            int rank = (int)first.Shape[0], inputs = (int)first.Shape[1], outputs = (int)second.Shape[0];
            ReadOnlySpan<float> a = weights.Slice((int)first.Offset, (int)first.Count), b = weights.Slice((int)second.Offset, (int)second.Count);
            for (int i = 0; i < rank; i++)
            {
                for (int j = 0; j < rank; j++)
                {
                    squares += Product(b[i..], b[j..], outputs, rank) * Product(a[(i * inputs)..], a[(j * inputs)..], inputs, 1);
                }
            }
        }

        return Math.Sqrt(Math.Max(0, squares));
    }

    private static double Product(ReadOnlySpan<float> x, ReadOnlySpan<float> y, int count, int stride)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += (double)x[i * stride] * y[i * stride];
        }

        return sum;
    }
}
