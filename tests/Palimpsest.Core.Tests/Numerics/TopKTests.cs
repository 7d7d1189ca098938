using CsCheck;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Numerics;

public sealed class TopKTests
{
    private static readonly Gen<float[]> s_values = Gen.OneOf(
        Gen.Int[-3, 3].Select(i => i / 2f).Array[0, 60],
        Gen.Single.Where(float.IsFinite).Array[0, 60],
        Gen.OneOf(Gen.Const(float.PositiveInfinity), Gen.Const(-0f), Gen.Single[-1e-40f, 1e-40f]).Array[0, 60]);

    [Fact]
    public void Mask_AnyValues_EqualsAStableSort() => Gen.Select(s_values, Gen.Double[0, 1]).Sample((values, share) =>
    {
        int k = (int)Math.Round(share * values.Length);
        int[] expected = [.. Enumerable.Range(0, values.Length).OrderByDescending(i => Math.Abs(values[i])).Take(k).Order()];
        BitMask mask = TopK.Mask(values, k);
        Assert.Equal(expected, Enumerable.Range(0, values.Length).Where(i => mask[i]));

        float[] kept = [.. values], atLeast = [.. values];
        TopK.Keep(kept, k);
        Assert.Equal(values.Select((value, i) => expected.Contains(i) ? value : 0), kept);
        if (k > 0)
        {
            float threshold = expected.Min(i => Math.Abs(values[i]));
            TopK.KeepAtLeast(atLeast, k);
            Assert.Equal(values.Select(value => Math.Abs(value) >= threshold ? value : 0), atLeast);
        }
    });

    public static TheoryData<string, Func<int, float>> LongVectors => new()
    {
        { "noise", i => Hash(i) - 0.5f },
        { "heavy tail", i => MathF.Pow(Hash(i), -3) },
        { "few levels", i => MathF.Round(Hash(i) * 20) },
        { "mostly zeros", i => Hash(i) < 0.9f ? 0 : Hash(i) },
        { "constant", _ => 1 },
        { "ascending", i => i },
        { "descending", i => -1f / (i + 1) },
        { "tail alone", i => i < 290_000 ? Hash(i) : 5 + Hash(i) },
        { "periodic", i => i % 128 },
        { "infinities", i => i % 3 == 0 ? float.NegativeInfinity : Hash(i) },
    };

    [Theory, MemberData(nameof(LongVectors))]
    public void Mask_LongVectors_EqualsAStableSort(string name, Func<int, float> value)
    {
        const int N = 300_007;
        float[] values = [.. Enumerable.Range(0, N).Select(value)];
        int[] order = [.. Enumerable.Range(0, N).OrderByDescending(i => Math.Abs(values[i]))], rank = new int[N];
        for (int i = 0; i < N; i++)
        {
            rank[order[i]] = i;
        }

        foreach (int k in (int[])[0, 1, 3, 4_687, N / 4, N / 2, N - 2, N])
        {
            BitMask mask = TopK.Mask(values, k);
            Assert.True(Enumerable.Range(0, N).All(i => mask[i] == rank[i] < k), $"{name}, k {k}");
        }

        values[N - 1] = float.NaN;
        string message = Assert.Throws<PalimpsestException>(() => TopK.Mask(values, 100)).Message;
        Assert.Contains("Entry 300006 of the vector is NaN", message, StringComparison.Ordinal);
        Assert.Throws<PalimpsestException>(() => TopK.Mask(values, 0));
    }

    [Fact]
    public void TrySelect_Noise_IsServedByTheSample()
    {
        float[] values = [.. Enumerable.Range(0, SampledTopK.FewestValues).Select(i => Hash(i) - 0.5f)];
        Assert.All((long[])[1, 100, 20_000, 65_536, 200_000, values.Length], k => Assert.True(SampledTopK.TrySelect(values, k, new ulong[values.Length / 64])));
        Assert.False(SampledTopK.TrySelect(new float[values.Length], 100, new ulong[values.Length / 64]));
    }

    private static float Hash(int i) => (uint)(i * 2_654_435_761 >> 5) % 1_000_003 / 1_000_003f;

    [Fact]
    public void Mask_NaN_IsRefusedByName() =>
        Assert.Contains("Entry 2 of the vector is NaN", Assert.Throws<PalimpsestException>(() => TopK.Mask([1, float.PositiveInfinity, float.NaN], 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Count_DensityOutsideItsRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TopK.Count(10, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => TopK.Count(10, 1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => TopK.Mask([1, 2], 3));
    }
}
