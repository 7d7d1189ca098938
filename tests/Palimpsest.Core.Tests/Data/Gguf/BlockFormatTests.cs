using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using CsCheck;
using Palimpsest.Data.Gguf;
using Palimpsest.Data.Gguf.Blocks;

namespace Palimpsest.Tests.Data.Gguf;

/// <summary>Every decoded format against a slow form that takes each value from its bits, one by one.</summary>
public sealed class BlockFormatTests
{
    private static readonly int[] s_levels = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
    private static readonly JsonElement s_golden = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "gguf", "blocks.json")));
    private static readonly float[] s_fourBits = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6];

    public static IEnumerable<TheoryDataRow<GgufTensorType>> Types() => Enum.GetValues<GgufTensorType>().Where(type => BlockFormat.Of(type).CanDecode).Select(type => new TheoryDataRow<GgufTensorType>(type));

    [Theory, MemberData(nameof(Types))]
    public void Decode_AnyBytes_EqualsSlowForm(GgufTensorType type)
    {
        BlockFormat format = BlockFormat.Of(type);
        Gen.Byte.Array[format.Bytes * 11].Sample(
            bytes =>
            {
                float[] actual = new float[11 * format.Values], expected = new float[11 * format.Values];
                format.Decode(bytes, actual);
                for (int i = 0; i < expected.Length; i++)
                {
                    expected[i] = Slow(type, bytes.AsSpan(i / format.Values * format.Bytes, format.Bytes), i % format.Values);
                }

                GgufGoldenQuantTests.AssertSame(expected, actual, type.ToString());
            },
            iter: 200,
            threads: 1);
    }

    public static IEnumerable<TheoryDataRow<string>> GoldenTypes() => s_golden.EnumerateObject().Select(type => new TheoryDataRow<string>(type.Name));

    [Theory, MemberData(nameof(GoldenTypes))]
    public void Decode_GoldenBlocks_GiveTheReferenceBits(string name)
    {
        JsonElement golden = s_golden.GetProperty(name);
        BlockFormat format = BlockFormat.Find(golden.GetProperty("id").GetUInt32())!;
        byte[] blocks = Convert.FromHexString(golden.GetProperty("blocks").GetString()!);
        float[] values = new float[golden.GetProperty("values").GetInt32()];
        Assert.Equal(values.Length, blocks.Length / format.Bytes * format.Values);
        format.Decode(blocks, values);

        // Negative zeros count as zeros.
        values = Array.ConvertAll(values, value => value == 0 ? 0f : value);
        Assert.Equal(golden.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan()))));
    }

    [Fact]
    public void Decode_EveryHalf_EqualsTheConversionOfTheRuntime()
    {
        ushort[] halves = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];
        float[] actual = new float[65536];
        BlockFormat.Of(GgufTensorType.F16).Decode(MemoryMarshal.AsBytes(halves.AsSpan()), actual);
        GgufGoldenQuantTests.AssertSame(Array.ConvertAll(halves, half => (float)BitConverter.UInt16BitsToHalf(half)), actual, "F16");
    }

    [Fact]
    public void Find_AllNumbers_AreKnownOrNamedInMessages()
    {
        Assert.Equal(Enum.GetValues<GgufTensorType>(), Enumerable.Range(0, 200).Select(id => BlockFormat.Find((uint)id)?.Type).OfType<GgufTensorType>().Order());
        Assert.Null(BlockFormat.Find(uint.MaxValue));
        Assert.Equal("type 4 (Q4_2, withdrawn)", BlockFormat.NameOf(4));
        Assert.Equal("type 12 (Q4_K)", BlockFormat.NameOf(12));
        Assert.Equal("type 99", BlockFormat.NameOf(99));
    }

    private static float Half(ReadOnlySpan<byte> b, int at) => (float)BitConverter.ToHalf(b[at..]);

    private static int Bits(ReadOnlySpan<byte> b, int firstByte, int bit, int count)
    {
        int value = 0;
        for (int i = 0; i < count; i++)
        {
            value |= ((b[firstByte + ((bit + i) / 8)] >> ((bit + i) % 8)) & 1) << i;
        }

        return value;
    }

    // Four bits of value i among 32 of which the first sixteen lie in the lower halves.
    private static int Nibble(ReadOnlySpan<byte> b, int start, int i) => Bits(b, start + (i % 16), i < 16 ? 0 : 4, 4);

    private static float Slow(GgufTensorType type, ReadOnlySpan<byte> b, int i) => type switch
    {
        GgufTensorType.F32 => BitConverter.ToSingle(b),
        GgufTensorType.F64 => (float)BitConverter.ToDouble(b),
        GgufTensorType.F16 => Half(b, 0),
        GgufTensorType.BF16 => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(b) << 16),
        GgufTensorType.I8 => (sbyte)b[0],
        GgufTensorType.I16 => BitConverter.ToInt16(b),
        GgufTensorType.I32 => BitConverter.ToInt32(b),
        GgufTensorType.I64 => BitConverter.ToInt64(b),
        GgufTensorType.Q4_0 => (Nibble(b, 2, i) - 8) * Half(b, 0),
        GgufTensorType.Q4_1 => Sum(Nibble(b, 4, i) * Half(b, 0), Half(b, 2)),
        GgufTensorType.Q5_0 => (Nibble(b, 6, i) + (16 * Bits(b, 2, i, 1)) - 16) * Half(b, 0),
        GgufTensorType.Q5_1 => Sum((Nibble(b, 8, i) + (16 * Bits(b, 4, i, 1))) * Half(b, 0), Half(b, 2)),
        GgufTensorType.Q8_0 => (sbyte)b[2 + i] * Half(b, 0),
        GgufTensorType.Q8_K => (sbyte)b[4 + i] * BitConverter.ToSingle(b),
        GgufTensorType.Q2_K => Sum(Half(b, 80) * Bits(b, i / 16, 0, 4) * TwoBits(b, 16, i), -(Half(b, 82) * Bits(b, i / 16, 4, 4))),
        GgufTensorType.Q3_K => Half(b, 108) * (ThirdScale(b, i / 16) - 32) * (TwoBits(b, 32, i) + (4 * Bits(b, i % 32, i / 32, 1)) - 4),
        GgufTensorType.Q4_K => Sum(Half(b, 0) * Scale(b, i / 32) * Bits(b, 16 + (i / 64 * 32) + (i % 32), i / 32 % 2 * 4, 4), -(Half(b, 2) * Minimum(b, i / 32))),
        GgufTensorType.Q5_K => Sum(Half(b, 0) * Scale(b, i / 32) * (Bits(b, 48 + (i / 64 * 32) + (i % 32), i / 32 % 2 * 4, 4) + (16 * Bits(b, 16 + (i % 32), i / 32, 1))), -(Half(b, 2) * Minimum(b, i / 32))),
        GgufTensorType.Q6_K => Half(b, 208) * (sbyte)b[192 + (i / 16)] * (Bits(b, (i / 128 * 64) + (i % 64), i / 64 % 2 * 4, 4) + (16 * Bits(b, 128 + (i / 128 * 32) + (i % 32), i / 32 % 4 * 2, 2)) - 32),
        GgufTensorType.IQ4_NL => Half(b, 0) * s_levels[Nibble(b, 2, i)],
        GgufTensorType.IQ4_XS => Half(b, 0) * (Bits(b, 4, i / 32 * 4, 4) + (16 * Bits(b, 2, i / 32 * 2, 2)) - 32) * s_levels[Nibble(b, 8 + (i / 32 * 16), i % 32)],
        GgufTensorType.TQ1_0 => (Ternary(b, i) - 1) * Half(b, 52),
        GgufTensorType.TQ2_0 => (TwoBits(b, 0, i) - 1) * Half(b, 64),
        GgufTensorType.MXFP4 => (float)(FourBits(Nibble(b, 1, i)) * Math.Pow(2, Math.Max((int)b[0], 0) - 127)),
        GgufTensorType.NVFP4 => FourBits(Bits(b, 4 + (i / 16 * 8) + (i % 8), i % 16 < 8 ? 0 : 4, 4)) * EightBits(b[i / 16]),
        _ => throw new NotSupportedException(type.ToString()),
    };

    // Kept apart so that nothing fuses the product into the sum.
    private static float Sum(float product, float addend) => product + addend;

    // Two bits of value i of 256: each half has 32 bytes, and a byte serves four values that are 32 apart.
    private static int TwoBits(ReadOnlySpan<byte> b, int start, int i) => Bits(b, start + (i / 128 * 32) + (i % 32), i % 128 / 32 * 2, 2);

    private static int ThirdScale(ReadOnlySpan<byte> b, int group) => Bits(b, 96 + (group % 8), group / 8 * 4, 4) + (16 * Bits(b, 104 + (group % 4), group / 4 * 2, 2));

    private static int Scale(ReadOnlySpan<byte> b, int group) => group < 4 ? Bits(b, 4 + group, 0, 6) : Bits(b, 8 + group, 0, 4) + (16 * Bits(b, group, 6, 2));

    private static int Minimum(ReadOnlySpan<byte> b, int group) => group < 4 ? Bits(b, 8 + group, 0, 6) : Bits(b, 8 + group, 4, 4) + (16 * Bits(b, 4 + group, 6, 2));

    private static int Ternary(ReadOnlySpan<byte> b, int i)
    {
        (int at, int digit) = i < 160 ? (i % 32, i / 32) : i < 240 ? (32 + (i % 16), (i - 160) / 16) : (48 + (i % 4), (i - 240) / 4);
        return (b[at] * (int)Math.Pow(3, digit) % 256) * 3 / 256;
    }

    private static float FourBits(int code) => code < 8 ? s_fourBits[code] : -s_fourBits[code - 8];

    private static float EightBits(byte code) => (code & 0x7F, code) switch
    {
        (_, 0x7F) => 0,
        ( < 8, _) => (float)((code & 7) / 8.0 * Math.Pow(2, -6)),
        _ => (float)((1 + ((code & 7) / 8.0)) * Math.Pow(2, ((code >> 3) & 15) - 7)),
    };
}
