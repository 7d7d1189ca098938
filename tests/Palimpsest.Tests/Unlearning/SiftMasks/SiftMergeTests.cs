using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Merging;
using Palimpsest.Unlearning.SiftMasks;
using static Palimpsest.Tests.Unlearning.MergingData;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

public sealed class SiftMergeTests
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
    public void AddAndRemove_AnyHistory_LeavesTheBitsOfThoseWhoStayed() => Gen.Select(s_vector.Where(v => v.Length > 0), Gen.Int[2, 9], Gen.Int).Sample((first, count, seed) =>
    {
        RandomStream random = new(seed);
        HeldTaskVectors tasks = new(Flat(first.Length), [first, .. Enumerable.Range(1, count - 1).Select(_ => (float[])[.. first.Select(__ => (float)random.NextGaussian())])]);
        using FixedPointAccumulator mixed = new(first.Length), fresh = new(first.Length);
        SiftMerge merge = new(mixed), never = new(fresh);
        Dictionary<int, string> present = [];
        for (int i = 0; i < 40; i++)
        {
            int task = random.NextInt(count);
            if (present.Remove(task, out string? hash))
            {
                merge.Remove(tasks, task, hash);
            }
            else
            {
                present.Add(task, merge.Add(tasks, task));
            }
        }

        foreach (int task in present.Keys.OrderDescending())
        {
            never.Add(tasks, task);
        }

        Assert.Equal(present.Count, merge.Owners);
        Assert.Equal(fresh.ContentHash(), mixed.ContentHash());
    });

    [Fact]
    public void Remove_VectorThatWasNotAdded_IsRefusedAndChangesNothing()
    {
        HeldTaskVectors tasks = new(Flat(3), [[1, 2, 3], [1, 2, 3.0000002f]]);
        using FixedPointAccumulator sum = new(3);
        SiftMerge merge = new(sum);
        Assert.Throws<PalimpsestException>(() => merge.Remove(tasks, 0, merge.Hash(tasks, 0)));
        string hash = merge.Add(tasks, 0), content = sum.ContentHash();
        Assert.Contains("would not delete", Assert.Throws<PalimpsestException>(() => merge.Remove(tasks, 1, hash)).Message, StringComparison.Ordinal);
        Assert.Equal((1, content), (merge.Owners, sum.ContentHash()));
        HeldTaskVectors diverged = new(Flat(40_000), [[.. new float[39_999], float.NaN]]);
        using FixedPointAccumulator large = new(40_000);
        Assert.Contains("as many as", Assert.Throws<PalimpsestException>(() => new SiftMerge(sum, 65_536).Add(tasks, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("Entry 39999", Assert.Throws<PalimpsestException>(() => new SiftMerge(large).Add(diverged, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Serve_MeanOverMasks_DividesByTheOwnersThatUseAnEntry()
    {
        HeldTaskVectors tasks = new(Flat(4), [[4, 0, 2, 0], [2, 0, 0, 6]]);
        using FixedPointAccumulator sum = new(4);
        SiftMerge merge = new(sum, 0, new SiftOptions { Divisor = SiftDivisor.Masks });
        merge.Add(tasks, 0);
        merge.Add(tasks, 1);
        BitMask first = Mask([1, 0, 1, 0]), second = Mask([1, 0, 0, 1]);
        int[] uses = new int[4];
        first.AddTo(0, uses);
        second.AddTo(0, uses);
        float[] theta = new float[4];
        merge.Serve(0, [10, 10, 10, 10], first, theta, uses);
        Assert.Equal([13, 10, 12, 10], theta);
        merge.Serve(0, [10, 10, 10, 10], null, theta);
        Assert.Equal([13, 10, 11, 13], theta);
        Assert.Throws<ArgumentException>(() => merge.Serve(0, [10, 10, 10, 10], first, theta));
    }

    [Fact]
    public void Serve_ModelsOfBeforeAndAfter_RevealTheRemovedVector()
    {
        // The limit that the documentation states, shown: T·before - (T-1)·after is what was deleted.
        HeldTaskVectors tasks = new(Flat(3), [[0.5f, -1, 0.25f], [1, 2, 3], [-2, 0.5f, 1]]);
        using FixedPointAccumulator sum = new(3);
        SiftMerge merge = new(sum);
        string hash = merge.Add(tasks, 0);
        merge.Add(tasks, 1);
        merge.Add(tasks, 2);
        float[] before = new float[3], after = new float[3], origin = new float[3];
        merge.Serve(0, origin, null, before);
        merge.Remove(tasks, 0, hash);
        merge.Serve(0, origin, null, after);
        Near([0.5, -1, 0.25], before.Zip(after, (a, b) => (3 * a) - (2 * b)), "revealed");
    }
}
