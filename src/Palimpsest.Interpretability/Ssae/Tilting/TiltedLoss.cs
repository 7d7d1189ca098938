using System.Runtime.InteropServices;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>The loss of a training pass under an estimator.</summary>
internal static class TiltedLoss
{
    /// <summary>One number whose gradient is the estimate's; the other terms stay means.</summary>
    /// <param name="terms">What the pass gave.</param>
    /// <param name="options">Whether the penalty is tilted too.</param>
    /// <param name="tilt">The estimator.</param>
    /// <param name="groups">Group of each row.</param>
    public static (Tensor Loss, TiltReading Reading) Of(SaeTerms terms, TiltOptions options, Tilt tilt, ReadOnlySpan<int> groups)
    {
        int tilted = options.Total ? terms.Terms.Count : 1;
        Tensor rows = terms.Terms.Take(tilted).Select(term => term.Rows).Aggregate(Ops.Add); // [rows]
        using Tensor exact = rows.detach().to(ScalarType.Float64, CPU).contiguous();
        ReadOnlySpan<double> losses = MemoryMarshal.Cast<byte, double>(exact.bytes);
        double[] weights = new double[losses.Length];
        TiltReading reading = tilt.Weigh(losses, groups, weights);
        double linear = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            linear += weights[i] * losses[i];
        }

        // The value is the estimate's, the gradient that of the weighted sum.
        Tensor weighted = rows.mul(tensor(weights, dtype: rows.dtype, device: rows.device)).sum();
        Tensor loss = Ops.Add(weighted, tensor(reading.Value - linear, dtype: rows.dtype, device: rows.device));
        GC.KeepAlive(exact);
        return (terms.Terms.Skip(tilted).Select(term => term.Rows.mean()).Aggregate(loss, Ops.Add), reading);
    }
}
