using CsCheck;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Numerics;

public sealed class SignVectorTests
{
    private static readonly RandomStream s_stream = new(7, "sift", "signs");

    [Fact]
    public void Read_AnyBlock_EqualsTheWhole()
    {
        float[] whole = new float[20_000];
        new SignVector(s_stream, whole.Length).Read(0, whole);
        Gen.Select(Gen.Int[0, 300], Gen.Int[0, 9000]).Sample((word, length) =>
        {
            int offset = 64 * word;
            float[] block = new float[Math.Min(length, whole.Length - offset)];
            new SignVector(s_stream, whole.Length).Read(offset, block);
            Assert.Equal(whole.AsSpan(offset, block.Length).ToArray(), block);
        });
    }

    [Fact]
    public void Read_FarIntoTheVector_NeedsNoMemoryAndFollowsTheStream()
    {
        SignVector signs = new(s_stream, 1_000_000_000_000);
        float[] block = new float[100];
        signs.Read(999_999_999_872, block);
        RandomStream words = s_stream.Child("signs");
        words.Position = 999_999_999_872 / 32;
        uint word = words.NextUInt32();
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (word >> i & 1) != 0 ? 1f : -1f), block[..32]);
    }

    [Fact]
    public void Read_ManySigns_AreBalancedAndIndependentOfEachOther()
    {
        float[] signs = new float[1_000_000];
        new SignVector(s_stream, signs.Length).Read(0, signs);
        Assert.All(signs, sign => Assert.Equal(1, Math.Abs(sign)));

        // Sums of a million fair signs: standard deviation 1,000; five of them.
        Assert.InRange(signs.Sum(), -5000, 5000);
        foreach (int lag in (int[])[1, 32, 64, 128])
        {
            Assert.InRange(signs.Skip(lag).Zip(signs, (a, b) => a * b).Sum(), -5000, 5000);
        }
    }

    [Fact]
    public void Read_SeveralThreads_AgreeWithOne()
    {
        SignVector signs = new(s_stream, 1 << 20);
        float[] whole = new float[1 << 20], parts = new float[1 << 20];
        signs.Read(0, whole);
        Parallel.For(0, 64, part => signs.Read(part << 14, parts.AsSpan(part << 14, 1 << 14)));
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void Read_GivenBits_AreTheSigns()
    {
        BitMask positive = new(70) { [3] = true, [69] = true };
        float[] signs = new float[70];
        new SignVector(positive).Read(0, signs);
        Assert.Equal([3, 69], Enumerable.Range(0, 70).Where(i => signs[i] > 0));
    }
}
