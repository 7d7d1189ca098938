using CsCheck;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Numerics;

public sealed class SparseIndicesTests
{
    [Fact]
    public void EncodeAndDecode_AnySupport_AreInverse() => Gen.Select(Gen.Int[1, 3000], Gen.Double[0, 1], Gen.Int).Sample((n, density, seed) =>
    {
        RandomStream random = new(seed);
        int[] indices = [.. Enumerable.Range(0, n).Where(_ => random.NextDouble() < density)];
        foreach (IndexCodec codec in Enum.GetValues<IndexCodec>())
        {
            byte[] bytes = SparseIndices.Encode(codec, indices, n);
            int[] decoded = new int[indices.Length];
            SparseIndices.Decode(codec, bytes, n, decoded);
            Assert.Equal(indices, decoded);
            Assert.Equal(bytes.Length, SparseIndices.Bytes(codec, indices, n));
        }
    });

    [Fact]
    public void Encode_PackedAndRice_EqualTheirBitsWrittenOut() => Gen.Select(Gen.Int[1, 3000], Gen.OneOf(Gen.Double[0, 1], Gen.Double[0, 0.02]), Gen.Int).Sample((n, density, seed) =>
    {
        RandomStream random = new(seed);
        int[] indices = [.. Enumerable.Range(0, n).Where(_ => random.NextDouble() < density)];
        int b = SparseIndices.RiceParameter(n, indices.Length), width = SparseIndices.BitsPerIndex(n);
        IEnumerable<int> gaps = indices.Select((index, i) => i == 0 ? index : index - indices[i - 1] - 1);
        Same(string.Concat(indices.Select(index => Binary(index, width))), SparseIndices.Encode(IndexCodec.PackedIndex, indices, n));
        Same(string.Concat(gaps.Select(gap => new string('1', gap >> b) + "0" + Binary(gap & ((1 << b) - 1), b))), SparseIndices.Encode(IndexCodec.GolombRice, indices, n));

        static string Binary(int value, int width) => width == 0 ? "" : Convert.ToString(value, 2).PadLeft(width, '0');

        static void Same(string bits, byte[] bytes) => Assert.Equal(bits.PadRight((bits.Length + 7) / 8 * 8, '0'), string.Concat(bytes.Select(part => Binary(part, 8))));
    });

    [Fact]
    public void Decode_BytesLeftOver_AreRefused()
    {
        foreach (IndexCodec codec in Enum.GetValues<IndexCodec>())
        {
            byte[] bytes = SparseIndices.Encode(codec, [3, 17], 100);
            Assert.Throws<PalimpsestException>(() => SparseIndices.Decode(codec, [.. bytes, 0], 100, new int[2]));
        }

        Assert.Throws<PalimpsestException>(() => SparseIndices.Decode(IndexCodec.Bitmap, SparseIndices.Encode(IndexCodec.Bitmap, [3, 17], 100), 100, new int[1]));
    }

    [Fact]
    public void Decode_AnyBytes_GivesAscendingPositionsOrRefuses() => Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[1, 200], Gen.Int[0, 20]).Sample((bytes, n, k) =>
    {
        foreach (IndexCodec codec in Enum.GetValues<IndexCodec>())
        {
            int[] decoded = new int[k];
            try
            {
                SparseIndices.Decode(codec, bytes, n, decoded);
            }
            catch (PalimpsestException)
            {
                continue;
            }

            Assert.True(decoded.Zip(decoded.Skip(1), (a, b) => a < b).All(ascends => ascends) && decoded.All(index => index >= 0 && index < n));
        }
    });
}
