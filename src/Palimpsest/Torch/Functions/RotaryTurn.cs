namespace Palimpsest.Torch.Functions;

/// <summary>What a kernel needs to turn queries and keys by their positions itself.</summary>
/// <param name="Cosine">[positions, head width / 2]</param>
/// <param name="Sine">Same shape.</param>
/// <param name="Positions">Position of each token, [batch * time]: a row of the tables.</param>
internal sealed record RotaryTurn(float[] Cosine, float[] Sine, int[] Positions);
