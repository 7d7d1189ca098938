using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Tests.Runs;

namespace Palimpsest.Tests.Numerics;

public sealed class FixedPointTests
{
    private static readonly Gen<float> s_value = Gen.OneOf(Gen.Single[-64, 64], Gen.Single[-1e-6f, 1e-6f], Gen.Single[-1e-12f, 1e-12f], Gen.Const(0f), Gen.Const(64f));

    [Fact]
    public void AddAndSubtract_AnyOrderWithRemovals_GivesTheBitsOfTheRest() =>
        Gen.Select(s_value.Array[37].Array[1, 12], Gen.Int[0, 12], Gen.Int).Sample((vectors, removed, seed) =>
        {
            removed = Math.Min(removed, vectors.Length);
            RandomStream random = new(seed);

            // Every vector is added, the first ones are removed again; a removal may come before its addition.
            (int Vector, bool Add)[] events = [.. vectors.Select((_, i) => (i, true)), .. Enumerable.Range(0, removed).Select(i => (i, false))];
            random.Shuffle(events.AsSpan());
            using FixedPointAccumulator mixed = new(37), fresh = new(37);
            foreach ((int vector, bool add) in events)
            {
                (add ? (Action<long, ReadOnlySpan<float>>)mixed.Add : mixed.Subtract)(0, vectors[vector]);
            }

            foreach (float[] vector in vectors.Skip(removed).Reverse())
            {
                fresh.Add(0, vector);
            }

            Assert.Equal(fresh.Block(0, 37).ToArray(), mixed.Block(0, 37).ToArray());
            Assert.Equal(fresh.ContentHash(), mixed.ContentHash());
        });

    [Fact]
    public void Quantize_Vector_EqualsExactArithmeticRoundedHalfToEven() => s_value.Array[0, 50].Sample(values =>
    {
        long[] codes = new long[values.Length];
        new FixedPointFormat().Quantize(values, codes);
        Assert.Equal(values.Select(Exact), codes);
        Assert.Equal(values.Select(value => new FixedPointFormat().Quantize((double)value)), codes);
    });

    [Fact]
    public void Quantize_Halves_GoToEven()
    {
        FixedPointFormat format = new(1, 1000);
        float[] values = [0.25f, 0.75f, 1.25f, 1.75f, -0.25f, -0.75f, -1.25f, -1.75f, 0.25f, 0.75f];
        long[] codes = new long[values.Length];
        format.Quantize(values, codes);
        Assert.Equal([0, 2, 2, 4, 0, -2, -2, -4, 0, 2], codes);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(64.001f, "64.00")]
    [InlineData(-1e30f, "-1.00")]
    public void Add_ValueThatDoesNotFit_IsRefusedByNameAndChangesNothing(float bad, string shown)
    {
        foreach (int at in (int[])[3, 4099])
        {
            using FixedPointAccumulator sum = new(5000);
            float[] values = [.. Enumerable.Repeat(1f, 5000)];
            values[at] = bad;
            string message = Assert.Throws<PalimpsestException>(() => sum.Add(0, values)).Message;
            Assert.Contains($"Entry {at} of the vector is {shown}", message, StringComparison.Ordinal);
            Assert.All(sum.Block(0, 5000).ToArray(), code => Assert.Equal(0, code));
        }
    }

    [Fact]
    public void Add_BeyondTheStatedBound_IsRefusedInsteadOfWrapping()
    {
        FixedPointFormat format = new(40, 2048);
        Assert.Equal(2048, format.MostTerms);
        using FixedPointAccumulator sum = new(9, format);
        float[] most = [.. Enumerable.Repeat(2048f, 9)];
        for (int i = 0; i < format.MostTerms; i++)
        {
            sum.Add(0, most);
        }

        string full = sum.ContentHash();
        Assert.Throws<PalimpsestException>(() => sum.Add(0, most));
        Assert.Throws<PalimpsestException>(() => sum.Add(8, most.AsSpan(8)));
        Assert.Equal(full, sum.ContentHash());
        for (int i = 0; i < 2 * format.MostTerms; i++)
        {
            sum.Subtract(0, most);
        }

        Assert.Throws<PalimpsestException>(() => sum.Subtract(0, most));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(2500)]
    [InlineData(5000)]
    public void Add_OneSumLeavesItsRange_ChangesNothing(int at)
    {
        float[] values = [.. Enumerable.Range(0, 5001).Select(i => ((i % 64) / 32f) - 1)];
        values[at] = 1;
        using FixedPointAccumulator sum = new(5001);
        sum.Add(0, values);
        sum.Block(at, 1)[0] = FixedPointFormat.LargestSum - sum.Format.Quantize(1.0);
        sum.Add(0, values);
        Assert.Equal(FixedPointFormat.LargestSum, sum.Block(at, 1)[0]);
        string full = sum.ContentHash();
        Assert.Contains("would leave its range", Assert.Throws<PalimpsestException>(() => sum.Add(0, values)).Message, StringComparison.Ordinal);
        Assert.Equal(full, sum.ContentHash());
        sum.Block(at, 1)[0] = -FixedPointFormat.LargestSum;
        full = sum.ContentHash();
        Assert.Throws<PalimpsestException>(() => sum.Subtract(0, values));
        Assert.Equal(full, sum.ContentHash());
        sum.Add(0, values);
    }

    [Theory]
    [InlineData(40, 2049)]
    [InlineData(0, double.NaN)]
    [InlineData(101, 1e-20)]
    [InlineData(-1, 1)]
    public void Format_CodesBeyond52Bits_AreRefused(int bits, double largest) => Assert.Throws<ArgumentOutOfRangeException>(() => new FixedPointFormat(bits, largest));

    [Fact]
    public void Read_SumAndMean_AreThoseOfTheCodes() => Gen.Select(s_value.Array[1, 40], Gen.Int[1, 300]).Sample((values, divisor) =>
    {
        using FixedPointAccumulator sum = new(values.Length);
        sum.Add(0, values);
        sum.Add(0, values);
        float[] read = new float[values.Length];
        sum.Read(0, read, divisor);
        Assert.Equal(sum.Block(0, values.Length).ToArray().Select(code => (float)(code / (divisor * Math.Pow(2, 40)))), read);
    });

    [Fact]
    public void Read_SumsOfAnySizeAndAnyDivisor_AreTheQuotientsRoundedTwice()
    {
        RandomStream random = new(17);
        using FixedPointAccumulator sum = new(100_003);
        float[] read = new float[sum.Count];
        foreach (double divisor in (double[])[1, 3, 7, 10, 500, 64 / 1.6, 1 / 1.5, 65_536, 1e-3, Math.BitDecrement(2), -3, 1e200, 1e-200, 0])
        {
            foreach (ref long code in sum.Block(0, read.Length))
            {
                code = ((long)random.NextUInt64() >> 1) >> random.NextInt(63);
            }

            sum.Read(0, read, divisor);
            double scale = divisor * Math.Pow(2, 40);
            Assert.Equal(sum.Block(0, read.Length).ToArray().Select(code => BitConverter.SingleToInt32Bits((float)(code / scale))), read.Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Fact]
    public void File_AfterBlocksAndReopening_HoldsTheSameBits()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "sum");
        RandomStream random = new(5);
        float[] values = [.. Enumerable.Range(0, 10_001).Select(_ => (float)random.NextGaussian())];
        using FixedPointAccumulator memory = new(values.Length);
        memory.Add(0, values);
        using (FixedPointAccumulator file = FixedPointAccumulator.Create(path, values.Length))
        {
            file.Add(4000, values.AsSpan(4000));
            file.Flush();
        }

        using (FixedPointAccumulator file = FixedPointAccumulator.Open(path, values.Length))
        {
            file.Add(0, values.AsSpan(0, 4000));
            Assert.Equal(memory.ContentHash(), file.ContentHash());
            Assert.Equal(memory.Format, file.Format);
            file.Dispose();
            Assert.Throws<ObjectDisposedException>(() => file.Block(0, 1).Length);
        }

        Assert.Throws<PalimpsestException>(() => FixedPointAccumulator.Create(path, values.Length));
        Assert.Contains("10001 entries", Assert.Throws<PalimpsestException>(() => FixedPointAccumulator.Open(path, 10_002)).Message, StringComparison.Ordinal);
        using (FileStream stream = new(path, FileMode.Open))
        {
            stream.SetLength(stream.Length - 8);
        }

        Assert.Throws<PalimpsestException>(() => FixedPointAccumulator.Open(path, 10_001));
        using (FileStream stream = new(path, FileMode.Open))
        {
            stream.SetLength(10);
        }

        Assert.Throws<PalimpsestException>(() => FixedPointAccumulator.Open(path, 10_001));
        Assert.Throws<PalimpsestException>(() => FixedPointAccumulator.Open(path + "-missing", 10_001));
    }

    /// <summary>value · 2^40 rounded half to even, by integers alone.</summary>
    private static long Exact(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value), exponent = (bits >> 23) & 255;
        long mantissa = exponent == 0 ? bits & 0x7FFFFF : (bits & 0x7FFFFF) | 0x800000;
        int shift = Math.Max(exponent, 1) - 150 + 40;
        long code = shift >= 0 ? mantissa << shift : 0;
        if (shift is < 0 and > -40)
        {
            long unit = 1L << -shift, rest = mantissa & (unit - 1);
            code = mantissa >> -shift;
            code += 2 * rest > unit || (2 * rest == unit && (code & 1) == 1) ? 1 : 0;
        }

        return bits < 0 ? -code : code;
    }
}
