using System.Numerics.Tensors;

namespace Palimpsest.Training.Optimizers;

/// <summary>The dynamic 8-bit data type: 256 numbers that lie linearly within each of seven powers of ten, so that small values keep some relative precision. A
/// block of numbers is its largest magnitude and a code for each.</summary>
/// <remarks>
/// Dettmers et al., 8-bit Optimizers via Block-wise Quantization, arXiv 2110.02861, section 2. Power i of 0..6 has k = 2^i (signed) or 2^(i+1) fractions: the
/// midpoints of k equal parts of [0.1, 1], times 10^(i-6); with
/// them their negatives (signed), 0 and 1. The signed book has +1 but not -1.
/// </remarks>
internal sealed class DynamicCode
{
    private const int Positions = 1 << 16;
    private readonly float[] _values;
    private readonly float[] _bounds; // the largest number that still has the code
    private readonly byte[] _starts = new byte[Positions]; // of each upper half of an f32 the code of its smallest number
    private readonly byte[] _table = new byte[Positions];

    private DynamicCode(bool signed)
    {
        List<float> values = [0, 1];
        for (int power = 0; power < 7; power++)
        {
            int parts = signed ? 1 << power : 2 << power;
            float scale = (float)Math.Pow(10, power - 6);
            values.AddRange(Enumerable.Range(0, parts).Select(part => scale * ((Edge(part, parts) + Edge(part + 1, parts)) / 2)).SelectMany(value => signed
                ? [value, -value] : new[] { value }));
        }

        _values = [.. values.Order()];

        // The binary search of the CUDA kernel ends on an even code, so a number in the middle of two takes the even one.
        _bounds = [.. Enumerable.Range(0, 255).Select(code => (Middle: (_values[code] + _values[code + 1]) * 0.5f, code)).Select(pair => pair.code % 2 == 0
            ? pair.Middle : float.BitDecrement(pair.Middle)), float.PositiveInfinity];
        for (int position = 0; position < Positions; position++)
        {
            float smallest = BitConverter.Int32BitsToSingle((position << 16) | (position >= Positions / 2 ? 0xFFFF : 0));
            _starts[position] = float.IsNaN(smallest) ? (byte)0 : (byte)_bounds.Count(bound => bound < smallest);
            _table[position] = Nearest(-1f + (2f * position / (Positions - 1)));
        }
    }

    /// <summary>For first moments.</summary>
    public static DynamicCode Signed { get; } = new(signed: true);

    /// <summary>For second moments.</summary>
    public static DynamicCode Unsigned { get; } = new(signed: false);

    /// <summary>The numbers of the codes, ascending.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The code whose number is nearest; in the middle of two the even one.</summary>
    public byte Nearest(float value)
    {
        int code = _starts[BitConverter.SingleToUInt32Bits(value) >> 16];
        while (value > _bounds[code])
        {
            code++;
        }

        return (byte)code;
    }

    /// <summary>Codes of a block.</summary>
    /// <param name="values">The block.</param>
    /// <param name="codes">Receives the codes; all 0 for a block of zeros.</param>
    /// <param name="byTable">By rounded positions instead of the nearest code.</param>
    /// <returns>The largest magnitude, by which the numbers of the codes are multiplied.</returns>
    public float Quantize(ReadOnlySpan<float> values, Span<byte> codes, bool byTable)
    {
        float largest = MathF.Abs(TensorPrimitives.MaxMagnitude(values));
        if (largest == 0)
        {
            codes.Clear();
            return 0;
        }

        for (int i = 0; i < values.Length; i++)
        {
            float share = values[i] / largest;
            codes[i] = byTable ? _table[(int)(((Math.Clamp(share, -1f, 1f) + 1f) * 0.5f * (Positions - 1)) + 0.5f)] : Nearest(share);
        }

        return largest;
    }

    /// <summary>Moves codes of the other sign than their number by one, towards it: a small negative number whose nearest code is 0 gets the first negative
    /// one.</summary>
    public void KeepSigns(ReadOnlySpan<float> values, Span<byte> codes)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsNegative(_values[codes[i]]) != float.IsNegative(values[i]))
            {
                codes[i] = (byte)(codes[i] + (values[i] > 0 ? 1 : -1));
            }
        }
    }

    /// <summary>The numbers of codes.</summary>
    public void Dequantize(ReadOnlySpan<byte> codes, float largest, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _values[codes[i]] * largest;
        }
    }

    // An edge of equal parts of [0.1, 1], rounded as torch's linspace does it from both ends, so that the books have the library's bits.
    private static float Edge(int index, int parts)
    {
        float width = (1f - 0.1f) / parts;
        return index < (parts + 1) / 2 ? MathF.FusedMultiplyAdd(width, index, 0.1f) : MathF.FusedMultiplyAdd(-width, parts - index, 1f);
    }
}
