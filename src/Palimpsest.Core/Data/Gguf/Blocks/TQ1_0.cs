namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>48 bytes of five ternary digits, 4 bytes of four, f16 d. y = d (digit - 1).</summary>
/// <remarks>A byte is a fraction of 256: multiplied by 3 its whole part is the next digit. The first digits of the first 32 bytes are the first 32 values, their second digits the next, and so on; then 16 bytes, then 4.</remarks>
internal readonly struct TQ1_0 : IBlock
{
    public static int Values => 256;

    public static int Bytes => 54;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 52);
        Digits(block[..32], 5, d, values);
        Digits(block[32..48], 5, d, values[160..]);
        Digits(block[48..52], 4, d, values[240..]);
    }

    private static void Digits(ReadOnlySpan<byte> bytes, int count, float d, Span<float> values)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            int rest = bytes[i];
            for (int digit = 0; digit < count; digit++)
            {
                values[(digit * bytes.Length) + i] = ((rest * 3 >> 8) - 1) * d;
                rest = (rest * 3) & 255;
            }
        }
    }
}
