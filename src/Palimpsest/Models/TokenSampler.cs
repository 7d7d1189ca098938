using System.Numerics.Tensors;
using Palimpsest.Numerics;

namespace Palimpsest.Models;

/// <summary>Chooses a token from a row of logits. Equal logits: the lower id wins.</summary>
internal static class TokenSampler
{
    public static int Choose(ReadOnlySpan<float> logits, SamplingOptions options, RandomStream random)
    {
        if (options.Temperature <= 0)
        {
            return TensorPrimitives.IndexOfMax(logits);
        }

        int[] order = [.. Enumerable.Range(0, logits.Length)];
        float[] scores = logits.ToArray();
        Array.Sort(order, (a, b) => scores[a] != scores[b] ? scores[b].CompareTo(scores[a]) : a.CompareTo(b));
        int kept = options.TopK > 0 ? Math.Min(options.TopK, order.Length) : order.Length;
        double[] weights = new double[kept];
        double total = 0;
        for (int i = 0; i < kept; i++)
        {
            total += weights[i] = Math.Exp((scores[order[i]] - scores[order[0]]) / options.Temperature);
        }

        double mass = 0;
        for (int i = 0; i < kept; i++)
        {
            mass += weights[i];
            if (mass >= options.TopP * total)
            {
                kept = i + 1;
                total = mass;
                break;
            }
        }

        double draw = random.NextDouble() * total;
        for (int i = 0; i < kept; i++)
        {
            draw -= weights[i];
            if (draw < 0)
            {
                return order[i];
            }
        }

        return order[kept - 1];
    }
}
