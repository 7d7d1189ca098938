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
