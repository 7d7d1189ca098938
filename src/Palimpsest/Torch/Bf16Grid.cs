using System.Numerics;

namespace Palimpsest.Torch;

/// <summary>Rounds f32 numbers in place to those that bf16 has.</summary>
internal static class Bf16Grid
{
    private const uint Fraction = 0xFFFF, Infinity = 0x7F800000;

    /// <summary>To the nearest, ties to even. Infinity and NaN stay what they are.</summary>
    public static void Nearest(Span<float> values)
    {
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<uint> bits = Vector.AsVectorUInt32(new Vector<float>(values[i..]));
            Cut(bits, new Vector<uint>(Fraction >> 1) + ((bits >> 16) & Vector<uint>.One)).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(values[i]);
            values[i] = Cut(bits, (Fraction >> 1) + ((bits >> 16) & 1));
        }
    }

    /// <summary>To one of the two neighbours, with probabilities that make the mean exact. Infinity and NaN stay what they are.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="random">One random word a number, of which the lower half is used.</param>
    public static void Stochastic(Span<float> values, ReadOnlySpan<uint> random)
    {
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Cut(Vector.AsVectorUInt32(new Vector<float>(values[i..])), new Vector<uint>(random[i..]) & new Vector<uint>(Fraction)).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = Cut(BitConverter.SingleToUInt32Bits(values[i]), random[i] & Fraction);
        }
    }

    private static Vector<float> Cut(Vector<uint> bits, Vector<uint> added) => Vector.AsVectorSingle(Vector.ConditionalSelect(
        Vector.Equals(bits & new Vector<uint>(Infinity), new Vector<uint>(Infinity)), bits, (bits + added) & new Vector<uint>(~Fraction)));

    private static float Cut(uint bits, uint added) => BitConverter.UInt32BitsToSingle((bits & Infinity) == Infinity ? bits : (bits + added) & ~Fraction);
}
