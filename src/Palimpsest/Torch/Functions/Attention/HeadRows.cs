namespace Palimpsest.Torch.Functions.Attention;

/// <summary>Queries, keys, values or their gradients as they lie in memory: [batch, time, heads * width], the last dimension contiguous.</summary>
/// <param name="data">First number.</param>
/// <param name="batch">Distance of two sequences.</param>
/// <param name="row">Distance of two tokens.</param>
internal readonly unsafe struct HeadRows(float* data, long batch, long row)
{
    /// <summary>Distance of two tokens.</summary>
    public nint Stride => (nint)row;

    /// <summary>The rows of one head.</summary>
    public float* Head(long sequence, int head, int width) => data + (sequence * batch) + ((long)head * width);
}
