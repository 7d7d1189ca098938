namespace Palimpsest.Torch.Functions;

/// <summary>How many rows of logits exist at a time.</summary>
internal static class LogitChunks
{
    private const long Elements = 1 << 20;
    private const long Bytes = 64 << 20;

    /// <summary>Rows of f32 logits that may exist at a time, whatever the vocabulary: as many as fit into 64 MiB, and one at least.</summary>
    public static int MostRows(long vocabulary) => (int)Math.Max(1, Bytes / (sizeof(float) * vocabulary));

    /// <summary>Rows of a chunk: about a million logits, which stay in the last-level cache, but no fewer than 64 rows, with which the products are still fast,
    /// unless those were too many bytes.</summary>
    public static long Rows(long vocabulary) => Math.Min(Math.Clamp(Elements / vocabulary, 64, 4096), MostRows(vocabulary));
}
