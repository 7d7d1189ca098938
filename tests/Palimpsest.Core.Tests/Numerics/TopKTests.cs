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
