using System.Runtime.Intrinsics.X86;
using CsCheck;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Numerics;

public sealed class BitMaskTests
{
    private static readonly Gen<bool[]> s_bits = Gen.Bool.Array[0, 300];

    [Fact]
    public void Operations_AnyBits_EqualThoseOnBooleans() => Gen.Select(s_bits, Gen.ULong).Sample((a, salt) =>
    {
        bool[] b = [.. a.Select((_, i) => ((salt >> (i % 64)) & 1) != 0)];
        Same(a, Of(a));
        Same([.. a.Zip(b, (x, y) => x && y)], Combined(a, b, (x, y) => x.And(y)));
        Same([.. a.Zip(b, (x, y) => x || y)], Combined(a, b, (x, y) => x.Or(y)));
        Same([.. a.Zip(b, (x, y) => x && !y)], Combined(a, b, (x, y) => x.AndNot(y)));
        Assert.Equal(a.Count(on => on), Of(a).PopCount());
        Assert.Equal(a.SequenceEqual(b), Of(a).ContentEquals(Of(b)));
    });

    [Fact]
    public void SetPositive_BlockOfAMask_SetsThatBlockOnly() => Gen.Select(Gen.Int[0, 3], Gen.Single.Array[0, 200]).Sample((words, scores) =>
    {
        BitMask single = Full((64 * words) + scores.Length + 70), wide = Full((64 * words) + scores.Length + 70);
        single.SetPositive<float>(64 * words, scores);
        wide.SetPositive<double>(64 * words, [.. scores.Select(score => (double)score)]);
        for (int i = 0; i < single.Count; i++)
        {
            int j = i - (64 * words);
            Assert.Equal(j < 0 || j >= scores.Length || scores[j] > 0, single[i]);
        }

        Assert.True(single.ContentEquals(wide));
    });

    [Fact]
    public void PositiveBits_EveryForm_GivesTheSameBits() => Gen.OneOf(
        Gen.Single, Gen.Const(0f), Gen.Const(-0f), Gen.Const(float.NaN)).Array[64].Sample(values =>
    {
        ulong expected = values.Select((value, i) => value > 0 ? 1ul << i : 0).Aggregate((a, b) => a | b);
        double[] wide = [.. values.Select(value => (double)value)];
        Assert.Equal(expected, PositiveBits.Of512(ref values[0]));
        Assert.Equal(expected, PositiveBits.Of256(ref values[0]));
        Assert.Equal(expected, PositiveBits.Of256(ref wide[0]));
        Assert.True(!Avx2.IsSupported || expected == PositiveBits.OfPacked(ref values[0]));
    });

    [Fact]
    public void SetPositive_ZerosAndNaN_AreOff()
    {
        BitMask mask = Full(64);
        mask.SetPositive<float>(0, [.. Enumerable.Repeat(0f, 16), .. Enumerable.Repeat(-0f, 16), .. Enumerable.Repeat(float.NaN, 16), .. Enumerable.Repeat(float.Epsilon, 16)]);
        Assert.Equal(Enumerable.Range(48, 16), Enumerable.Range(0, 64).Where(i => mask[i]));
    }

    [Fact]
    public void ApplyRestoreAndAddTo_AnyBits_EqualTheLoop() => s_bits.Sample(bits =>
    {
        float[] values = [.. bits.Select((_, i) => i % 3 == 0 ? float.NaN : i - 5.5f)], masked = [.. values];
        float[] others = [.. bits.Select((_, i) => i % 4 == 0 ? -0f : 7 - i)], restored = [.. values];
        Of(bits).Restore(0, others, restored);
        Assert.Equal(
            values.Select((value, i) => BitConverter.SingleToInt32Bits(bits[i] ? value : others[i])), restored.Select(BitConverter.SingleToInt32Bits));
        int[] counts = [.. bits.Select((_, i) => i)], expected = [.. bits.Select((on, i) => i + (on ? 1 : 0))];
        Of(bits).Apply(0, masked);
        Of(bits).AddTo(0, counts);
        Assert.Equal(values.Select((value, i) => BitConverter.SingleToInt32Bits(bits[i] ? value : 0f)), masked.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(expected, counts);
    });

    [Fact]
    public void WriteAndRead_AnyBits_AreTheSame() => s_bits.Sample(bits => Assert.True(Of(bits).ContentEquals(BitMask.Read(new MemoryStream(Written(Of(bits))), bits.Length, "mask"))));

    [Fact]
    public void Read_AnyByteChangedOrCut_IsRefused() => Gen.Select(Gen.Bool.Array[1, 200], Gen.Int[0, int.MaxValue], Gen.Byte[1, 255]).Sample((bits, at, flip) =>
    {
        byte[] bytes = Written(Of(bits));
        Assert.Throws<PalimpsestException>(() => BitMask.Read(new MemoryStream(bytes[..(at % bytes.Length)]), bits.Length, "mask"));
        bytes[at % bytes.Length] ^= flip;
        Assert.Throws<PalimpsestException>(() => BitMask.Read(new MemoryStream(bytes), bits.Length, "mask"));
    });

    [Fact]
    public void Read_MaskOfAnotherModel_IsRefusedByItsLength() =>
        Assert.Contains("100 bits where 101", Assert.Throws<PalimpsestException>(() => BitMask.Read(new MemoryStream(Written(new BitMask(100))), 101, "mask")).Message, StringComparison.Ordinal);

    [Fact]
    public void Blocks_ThatDoNotFit_AreRefused()
    {
        BitMask mask = new(100);
        Assert.Throws<ArgumentOutOfRangeException>(() => mask.Apply(32, new float[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => mask.Apply(64, new float[37]));
        Assert.Throws<ArgumentOutOfRangeException>(() => mask.And(new BitMask(101)));
        Assert.Throws<ArgumentOutOfRangeException>(() => mask[100]);
    }

    private static BitMask Of(bool[] bits)
    {
        BitMask mask = new(bits.Length);
        for (int i = 0; i < bits.Length; i++)
        {
            mask[i] = bits[i];
        }

        return mask;
    }

    private static BitMask Full(int count) => Of([.. Enumerable.Repeat(true, count)]);

    private static BitMask Combined(bool[] a, bool[] b, Action<BitMask, BitMask> combine)
    {
        BitMask mask = Of(a);
        combine(mask, Of(b));
        return mask;
    }

    private static byte[] Written(BitMask mask)
    {
        using MemoryStream stream = new();
        mask.Write(stream);
        return stream.ToArray();
    }

    private static void Same(bool[] expected, BitMask mask)
    {
        Assert.Equal(expected.Length, mask.Count);
        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(i => mask[i]));
    }
}
