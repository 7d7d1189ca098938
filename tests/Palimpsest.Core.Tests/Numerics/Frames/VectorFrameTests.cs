using System.Buffers.Binary;
using CsCheck;
using Palimpsest.Common;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;

namespace Palimpsest.Tests.Numerics.Frames;

public sealed class VectorFrameTests
{
    private static readonly Gen<float[]> s_any = Gen.OneOf(Gen.Single, Gen.Const(float.NaN), Gen.Const(-0f), Gen.Const(float.NegativeInfinity)).Array[0, 300];
    private static readonly Gen<float[]> s_finite = Gen.OneOf(Gen.Single[-3, 3], Gen.Single[-1e-39f, 1e-39f], Gen.Const(0f)).Array[0, 300];
    private static readonly Gen<double> s_density = Gen.OneOf(Gen.Double[0, 1], Gen.Const(0.0), Gen.Const(1.0));
    private static readonly Gen<IndexCodec?> s_indices = Gen.OneOf(Gen.Const((IndexCodec?)null), Pick.From([.. Enum.GetValues<IndexCodec>()]).Select(codec => (IndexCodec?)codec));

    [Fact]
    public void EncodeAndDecode_F32_AreInverseToTheBit() => Gen.Select(s_any, s_density, s_indices, Gen.Bool, Gen.Int).Sample((values, density, indices, shared, seed) =>
    {
        BitMask mask = Mask(values.Length, density, seed);
        int[] on = On(mask);
        FrameOptions options = new() { Indices = indices };
        byte[] frame = VectorFrame.Encode(values, mask, shared, options);
        float[] decoded = [.. values.Select(_ => 7f)];
        BitMask? carried = VectorFrame.Decode(frame, decoded, shared ? mask : null);

        Assert.Equal(values.Select((value, i) => Bits(mask[i] ? value : 0f)), decoded.Select(Bits));
        Assert.True(carried is null ? on.Length == values.Length : carried.ContentEquals(mask));
        long positions = shared || on.Length == values.Length ? 0 : SparseIndices.Bytes(indices ?? SparseIndices.Cheapest(on, values.Length), on, values.Length);
        Assert.Equal(VectorFrame.HeaderBytes + (4 * on.Length) + positions, frame.Length);
        Assert.Equal(VectorFrame.Encode(values, null, false, options).Length, VectorFrame.HeaderBytes + (4 * values.Length));
    });

    [Fact]
    public void EncodeAndDecode_OtherCodecs_GiveWhatTheirQuantiserGives() => Gen.Select(
        s_finite, s_density, Pick.From(ValueCodec.F16, ValueCodec.Int8, ValueCodec.Int4, ValueCodec.Nf4), Pick.From(0, 1, 5, 64), Gen.Bool, Gen.Int).Sample((values, density, codec, block, shared, seed) =>
    {
        FrameOptions options = new() { Values = codec, Block = codec is ValueCodec.Int8 or ValueCodec.Int4 ? block : 64 };
        BitMask mask = Mask(values.Length, density, seed);
        int[] on = On(mask);
        byte[] frame = VectorFrame.Encode(values, mask, shared, options);
        float[] decoded = new float[values.Length], sent = [.. on.Select(i => values[i])], expected = new float[on.Length];
        VectorFrame.Decode(frame, decoded, shared ? mask : null);
        float[] scales = new float[AbsmaxQuantizer.Blocks(sent.Length, options.Block)];
        switch (codec)
        {
            case ValueCodec.F16:
                expected = [.. sent.Select(value => (float)(Half)value)];
                break;
            case ValueCodec.Nf4:
                byte[] packed = new byte[(sent.Length + 1) / 2];
                NormalFloat4.Encode(sent, packed, scales);
                NormalFloat4.Decode(packed, scales, expected);
                break;
            default:
                sbyte[] codes = new sbyte[sent.Length];
                AbsmaxQuantizer.Encode(sent, codec == ValueCodec.Int8 ? 8 : 4, options.Block, codes, scales);
                AbsmaxQuantizer.Decode(codes, scales, options.Block, expected);
                break;
        }

        Assert.Equal(expected.Select(Bits), on.Select(i => Bits(decoded[i])));
        Assert.Equal(on.Length, decoded.Index().Count(entry => mask[entry.Index] || Bits(entry.Item) != 0));
    });

    [Fact]
    public void EncodeAndDecode_EveryF16_IsItself()
    {
        float[] values = [.. Enumerable.Range(0, 1 << 16).Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))], decoded = new float[values.Length];
        VectorFrame.Decode(VectorFrame.Encode(values, null, false, new() { Values = ValueCodec.F16 }), decoded);
        Assert.Equal(values, decoded);
    }

    [Fact]
    public void PayloadBytes_AnyOptions_AreThoseOfTheFrame() => Gen.Select(
        Gen.Int[0, 2000], s_density, s_indices, Gen.Enum<ValueCodec>(), Gen.Int).Sample((n, density, indices, codec, seed) =>
    {
        BitMask mask = Mask(n, density, seed);
        FrameOptions options = new() { Values = codec, Indices = indices };
        long formula = VectorFrame.PayloadBytes(n, mask.PopCount(), options), measured = VectorFrame.Encode(new float[n], mask, false, options).Length - VectorFrame.HeaderBytes;

        // Gaps cost what they are: their codes are expected, the others known.
        bool known = indices is IndexCodec.Bitmap or IndexCodec.PackedIndex or IndexCodec.Int32 or IndexCodec.Int64;
        Assert.InRange(measured - formula, known ? 0 : -(0.1 * measured) - 8, known ? 0 : (0.1 * measured) + 8);
        Assert.Equal(
            VectorFrame.PayloadBytes(n, mask.PopCount(), options, sharedMask: true), VectorFrame.Encode(new float[n], mask, true, options).Length - VectorFrame.HeaderBytes);
    });

    [Fact]
    public void PayloadBytes_QuarterOf156160InF32WithABitmap_Are175680()
    {
        const int N = 156_160;
        FrameOptions options = new() { Indices = IndexCodec.Bitmap };
        float[] values = [.. Enumerable.Range(0, N).Select(i => (float)i)];
        byte[] frame = VectorFrame.Encode(values, TopK.Mask(values, TopK.Count(N, 0.25)), false, options);
        Assert.Equal(175_680, VectorFrame.PayloadBytes(N, N / 4, options));
        Assert.Equal(175_680 + VectorFrame.HeaderBytes, frame.Length);
    }

    [Fact]
    public void Encode_Stochastic_IsRightOnAverageAndRepeatable()
    {
        float[] values = [1, 0.3f, -0.7f, 0.001f, 0], decoded = new float[5];
        double[] mean = new double[5];
        const int Draws = 4000;
        for (int draw = 0; draw < Draws; draw++)
        {
            FrameOptions options = new() { Values = ValueCodec.Int4, Rounding = FrameRounding.Stochastic };
            byte[] frame = VectorFrame.Encode(values, null, false, options, new RandomStream(draw, "upload"));
            Assert.Equal(frame, VectorFrame.Encode(values, null, false, options, new RandomStream(draw, "upload")));
            VectorFrame.Decode(frame, decoded);
            for (int i = 0; i < 5; i++)
            {
                mean[i] += decoded[i] / (double)Draws;
                Assert.True(Math.Abs(decoded[i] - values[i]) < 1 / 7f + 1e-6f);
            }
        }

        // A value's standard error is at most half a scale over the root of the draws: 0.0012.
        Assert.All(mean.Zip(values), pair => Assert.Equal(pair.Second, pair.First, 0.006));
        Assert.Equal(0, mean[4]);
    }

    [Fact]
    public void Decode_AnyByteChangedCutOrAdded_IsRefused() => Gen.Select(s_finite, s_density, Gen.Enum<ValueCodec>(), Gen.Int[0, int.MaxValue], Gen.Byte[1, 255]).Sample((values, density, codec, at, flip) =>
    {
        byte[] frame = VectorFrame.Encode(values, Mask(values.Length, density, at), false, new() { Values = codec });
        float[] decoded = [.. values.Select(_ => 7f)];
        Refused(frame[..(at % frame.Length)], decoded);
        Refused([.. frame, flip], decoded);
        frame[at % frame.Length] ^= flip;
        Refused(frame, decoded);
        Assert.All(decoded, value => Assert.Equal(7f, value));
    });

    [Theory]
    [InlineData(5, 9, "value codec 9")]
    [InlineData(6, 9, "support 9")]
    [InlineData(6, 0, "3 values of a vector of 10")]
    [InlineData(7, 9, "index codec 9")]
    [InlineData(8, 11, "vector of 11 entries where 10")]
    [InlineData(15, 0x7F, "a vector of")]
    [InlineData(15, 0x80, "a vector of")]
    [InlineData(16, 2, "positions of a sparse vector are damaged")]
    [InlineData(16, 4, "calls for 16 bytes of values")]
    [InlineData(16, 11, "11 values of a vector of 10")]
    [InlineData(23, 0x80, "values of a vector of 10")]
    [InlineData(24, 64, "blocks of 64")]
    [InlineData(4, 2, "version 2")]
    [InlineData(0, 0, "does not begin with")]
    public void Decode_HeaderThatLiesWithAFittingChecksum_IsRefused(int at, byte value, string message)
    {
        BitMask mask = new(10) { [1] = true, [4] = true, [9] = true };
        byte[] frame = VectorFrame.Encode(new float[10], mask, false, new() { Indices = IndexCodec.Bitmap });
        VectorFrame.Decode(frame, new float[10]);
        frame[at] = value;
        Assert.Contains(message, Refused(Mend(frame), new float[10]), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_BitmapWithBitsBehindItsEnd_IsRefused()
    {
        byte[] frame = VectorFrame.Encode(new float[10], new BitMask(10) { [1] = true }, false, new() { Indices = IndexCodec.Bitmap });
        (frame[^2], frame[^1]) = (0, 4);
        Assert.Contains("damaged", Refused(Mend(frame), new float[10]), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_ScaleThatNoQuantiserMakes_IsRefused()
    {
        byte[] frame = VectorFrame.Encode(new float[10], null, false, new() { Values = ValueCodec.Int8 });
        foreach (float scale in (float[])[float.NaN, -1, float.PositiveInfinity])
        {
            BinaryPrimitives.WriteSingleLittleEndian(frame.AsSpan(VectorFrame.HeaderBytes), scale);
            Assert.Contains("scales", Refused(Mend(frame), new float[10]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Decode_MaskThatWasNotAgreedOn_IsRefused()
    {
        BitMask one = new(10) { [3] = true }, two = new(10) { [3] = true, [4] = true };
        byte[] shared = VectorFrame.Encode(new float[10], one, true, new()), own = VectorFrame.Encode(new float[10], one, false, new());
        Assert.Contains("none is known", Refused(shared, new float[10]), StringComparison.Ordinal);
        Assert.Contains("1 values where the agreed mask has 2", Refused(shared, new float[10], two), StringComparison.Ordinal);
        Assert.Contains("not written for the mask", Refused(own, new float[10], one), StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_ValuesThatDoNotFit_AreRefusedByTheEntryOfTheVector()
    {
        float[] values = new float[200];
        values[150] = float.NaN;
        values[160] = 70000;
        BitMask mask = new(200) { [3] = true, [100] = true, [150] = true, [160] = true };
        foreach (ValueCodec codec in Enum.GetValues<ValueCodec>().Where(codec => codec > ValueCodec.F16))
        {
            Assert.Contains("Entry 150 of the vector is NaN", Unfit(values, mask, codec), StringComparison.Ordinal);
            Assert.Contains("Entry 150 of the vector is NaN", Unfit(values, null, codec), StringComparison.Ordinal);
        }

        Assert.Contains("Entry 160 of the vector is 70000", Unfit(values, mask, ValueCodec.F16), StringComparison.Ordinal);
        values[160] = 65519.99f;
        float[] decoded = new float[200];
        VectorFrame.Decode(VectorFrame.Encode(values, mask, false, new() { Values = ValueCodec.F16 }), decoded);
        Assert.Equal((float.NaN, 65504f), (decoded[150], decoded[160]));
    }

    [Fact]
    public void Encode_ArgumentsThatDoNotGoTogether_AreRefused()
    {
        Assert.Contains("block is for", Assert.Throws<PalimpsestException>(() => VectorFrame.Encode(new float[4], null, false, new() { Block = 8 })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => VectorFrame.Encode(new float[4], null, false, new() { Values = ValueCodec.Int8, Rounding = FrameRounding.Stochastic }));
        Assert.Throws<ArgumentNullException>(() => VectorFrame.Encode(new float[4], null, true, new()));
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorFrame.Encode(new float[4], new BitMask(5), false, new()));
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorFrame.PayloadBytes(4, 5, new()));
    }

    internal static BitMask Mask(int n, double density, int seed)
    {
        RandomStream random = new(seed);
        BitMask mask = new(n);
        for (int i = 0; i < n; i++)
        {
            mask[i] = random.NextDouble() < density;
        }

        return mask;
    }

    private static int[] On(BitMask mask) => [.. Enumerable.Range(0, (int)mask.Count).Where(i => mask[i])];

    private static byte[] Mend(byte[] frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(28), Crc32C.Of(frame.AsSpan(32), Crc32C.Of(frame.AsSpan(0, 28))));
        return frame;
    }

    private static string Refused(byte[] frame, float[] values, BitMask? mask = null) => Assert.Throws<PalimpsestException>(() => VectorFrame.Decode(frame, values, mask)).Message;

    private static string Unfit(float[] values, BitMask? mask, ValueCodec codec) =>
        Assert.Throws<PalimpsestException>(() => VectorFrame.Encode(values, mask, false, new() { Values = codec })).Message;

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
}
