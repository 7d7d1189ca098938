namespace Palimpsest.Training.Optimizers;

/// <summary>Whose rules 8-bit AdamW follows where those of bitsandbytes differ between its devices.</summary>
public enum AdamW8bitCompat
{
    /// <summary>The CUDA kernel's: weight decay after the step, always the nearest code, a first moment never loses its sign, an entry whose gradient is not
    /// finite stays as it is.</summary>
    Cuda,

    /// <summary>What bitsandbytes 0.50 computes on a CPU: weight decay before the step, codes looked up by 65,536 rounded positions in [-1, 1] (near zero not
    /// always the nearest), and no rule for signs or gradients that are not finite.</summary>
    Cpu,
}
