namespace Palimpsest.Models.Layers;

/// <summary>Heads of an attention.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads, a divisor of <paramref name="Heads"/>.</param>
/// <param name="HeadWidth">Width of one head.</param>
public sealed record AttentionShape(int Heads, int KeyValueHeads, int HeadWidth);
