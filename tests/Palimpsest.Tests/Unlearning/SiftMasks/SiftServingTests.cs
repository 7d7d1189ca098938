using System.Runtime.InteropServices;
using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.SiftMasks;
using static Palimpsest.Tests.Unlearning.MergingData;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

public sealed class SiftServingTests
{
    private static readonly Gen<float[]> s_vector = Gen.OneOf(Gen.Single[-1, 1], Gen.Const(0f), Gen.Const(-0f), Gen.Single[-1e-20f, 1e-20f]).Array[0, 150];

    [Fact]
    public void Apply_AnyVector_IsTheProjectionOntoTheOrthant() => s_vector.Sample(tau =>
    {
        SignVector signs = new(new RandomStream(3), tau.Length);
        SiftProjection projection = new(signs);
        float[] v = new float[tau.Length], projected = [.. tau];
        signs.Read(0, v);
        projection.Apply(0, projected);
        Assert.Equal(tau.Select((value, j) => BitConverter.SingleToInt32Bits(value * v[j] > 0 ? value : 0f)), projected.Select(BitConverter.SingleToInt32Bits));

        BitMask mask = new(tau.Length), again = new(tau.Length);
        projection.Mark(0, projected, mask);
        projection.Mark(0, tau, again);
        Assert.True(mask.ContentEquals(again));
        Assert.Equal(projected.Select(value => value != 0), Enumerable.Range(0, tau.Length).Select(j => mask[j]));
    });

    [Fact]
    public void Apply_Parameters_ReturnToTheBaseWhereTheDifferenceLeavesTheOrthant() => Gen.Select(s_vector, Gen.Int).Sample((tau, seed) =>
    {
        RandomStream random = new(seed);
        float[] origin = [.. tau.Select(_ => (float)random.NextGaussian())], theta = [.. origin.Zip(tau, (a, b) => a + b)];
        SignVector signs = new(new RandomStream(3), tau.Length);
        float[] v = new float[tau.Length], projected = [.. theta];
        signs.Read(0, v);
        new SiftProjection(signs).Apply(0, projected, origin);
        Assert.Equal(theta.Select((value, j) => (value - origin[j]) * v[j] > 0 ? value : origin[j]), projected);
    });

    [Fact]
    public void Apply_NaN_StaysToBeRefusedLater()
    {
        float[] tau = [.. Enumerable.Repeat(float.NaN, 20)];
        new SiftProjection(new SignVector(new RandomStream(3), 20)).Apply(0, tau);
        Assert.All(tau, value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Printed_SignsOfZeroAndOne_FreezeHalfAndForbidNegatives() => s_vector.Sample(tau =>
    {
        SignVector signs = new(new RandomStream(3), tau.Length);
        float[] v = new float[tau.Length], projected = [.. tau];
        signs.Read(0, v);
        new SiftProjection(signs, SiftOptions.Printed).Apply(0, projected);
        Assert.Equal(tau.Select((value, j) => v[j] > 0 && value > 0 ? value : 0), projected);
    });

    [Fact]
    public void Serve_MeanOverMasks_DividesByTheOwnersThatUseAnEntry()
    {
        using FixedPointAccumulator sum = new(4);
        sum.Add(0, [4, 0, 2, 0]);
        sum.Add(0, [2, 0, 0, 6]);
        BitMask first = Mask([1, 0, 1, 0]), second = Mask([1, 0, 0, 1]);
        float[] merged = SiftServing.Merged(sum, 2, new SiftOptions { Divisor = SiftDivisor.Masks }, [first, second]), theta = new float[4];
        SiftServing.Serve(0, [10, 10, 10, 10], merged, first, theta);
        Assert.Equal([13, 10, 12, 10], theta);
        SiftServing.Serve(0, [10, 10, 10, 10], SiftServing.Maskless(sum, 2), null, theta);
        Assert.Equal([13, 10, 11, 13], theta);
        Assert.Equal([0, 0, 0, 0], SiftServing.Maskless(new FixedPointAccumulator(4), 0));
    }

    [Fact]
    public void Serve_AnyMaskAndFactor_IsTheFormulaInF64RoundedTwice() =>
        Gen.Select(s_vector.Where(v => v.Length > 0), Gen.Double[0.5, 3], Gen.Int[1, 7], Gen.Int).Sample((tau, alpha, owners, seed) =>
    {
        RandomStream random = new(seed);
        float[] origin = [.. tau.Select(_ => (float)random.NextGaussian())], theta = new float[tau.Length];
        using FixedPointAccumulator sum = new(tau.Length);
        sum.Add(0, tau);
        long[] codes = new long[tau.Length];
        sum.Format.Quantize(tau, codes);
        BitMask mask = new(tau.Length);
        SiftServing.Mark(0, codes, mask);
        Assert.Equal(codes.Select(code => code != 0), Enumerable.Range(0, tau.Length).Select(j => mask[j]));
        SiftServing.Serve(0, origin, SiftServing.Merged(sum, owners, new SiftOptions { Alpha = alpha }, []), mask, theta);
        Assert.Equal(origin.Select((value, j) => value + (float)(codes[j] / Math.ScaleB(owners / alpha, sum.Format.FractionBits))), theta);
    });

    [Fact]
    public unsafe void Serve_BlockThatNoCacheHolds_IsThatOfSmallBlocks()
    {
        const int Count = (1 << 22) + 70, Part = 1 << 20;
        float[] origin = new float[Count], merged = new float[Count], expected = new float[Count];
        BitMask mask = new(Count);
        for (int i = 0; i < Count; i++)
        {
            (origin[i], merged[i], mask[i]) = (i * 0.25f, 1f / (i + 1), i % 5 < 2);
        }

        for (int at = 0; at < Count; at += Part)
        {
            int length = Math.Min(Part, Count - at);
            SiftServing.Serve(at, origin.AsSpan(at, length), merged.AsSpan(at, length), mask, expected.AsSpan(at, length));
        }

        float* aligned = (float*)NativeMemory.AlignedAlloc(4 * Count, 64);
        Span<float> theta = new(aligned, Count);
        SiftServing.Serve(0, origin, merged, mask, theta);
        bool equal = theta.SequenceEqual(expected);
        NativeMemory.AlignedFree(aligned);
        Assert.True(equal);
    }

    [Fact]
    public void Maskless_ModelsOfBeforeAndAfter_RevealTheRemovedVector()
    {
        // The limit that the documentation states, shown: T·before - (T-1)·after is what was deleted.
        float[][] vectors = [[0.5f, -1, 0.25f], [1, 2, 3], [-2, 0.5f, 1]];
        using FixedPointAccumulator sum = new(3);
        Array.ForEach(vectors, vector => sum.Add(0, vector));
        float[] before = SiftServing.Maskless(sum, 3);
        sum.Subtract(0, vectors[0]);
        Near([0.5, -1, 0.25], before.Zip(SiftServing.Maskless(sum, 2), (a, b) => (3 * a) - (2 * b)), "revealed");
    }
}
