using Palimpsest.Numerics;

namespace Palimpsest.Tests.Numerics;

public sealed class RandomStreamTests
{
    // Known answers of the Random123 distribution (kat_vectors, philox4x32 10 rounds).
    [Theory]
    [InlineData(0u, 0u, new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [InlineData(0xffffffffu, 0xffffffffu, new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    public void Philox_KnownAnswer_EqualsReference(uint counterWord, uint key, uint[] expected)
    {
        UInt128 counter = ((UInt128)(((ulong)counterWord << 32) | counterWord) << 64) | (((ulong)counterWord << 32) | counterWord);
        uint[] actual = new uint[4];
        RandomStream.Philox(counter, key, key, actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Position_SetBack_RepeatsTheStream()
    {
        RandomStream stream = new(7, "test");
        for (int i = 0; i < 13; i++) stream.NextUInt32();
        ulong position = stream.Position;
        ulong[] first = [.. Enumerable.Range(0, 9).Select(_ => stream.NextUInt64())];
        stream.Position = position;
        Assert.Equal(first, Enumerable.Range(0, 9).Select(_ => stream.NextUInt64()));
    }

    [Fact]
    public void Fill_AnyPositionAndLength_EqualsWordByWord()
    {
        RandomStream one = new(7, "test"), many = new(7, "test");
        for (int length = 0; length < 30; length++)
        {
            uint[] words = new uint[length];
            many.Fill(words);
            Assert.Equal(Enumerable.Range(0, length).Select(_ => one.NextUInt32()), words);
            Assert.Equal(one.Position, many.Position);
            Assert.Equal(one.NextUInt32(), many.NextUInt32());
        }
    }

    [Fact]
    public void Child_SplitNames_AreDifferentStreams()
    {
        RandomStream root = new(7);
        Assert.NotEqual(root.Child("ab", "c").NextUInt64(), root.Child("a", "bc").NextUInt64());
        Assert.NotEqual(root.Child("a").NextUInt64(), new RandomStream(8).Child("a").NextUInt64());
        Assert.Equal(root.Child("a").Child("b").NextUInt64(), new RandomStream(7).Child("a").Child("b").NextUInt64());
    }

    [Fact]
    public void NextInt_ManyDraws_AreUniform()
    {
        RandomStream stream = new(1, "uniform");
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) counts[stream.NextInt(7)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }
}
