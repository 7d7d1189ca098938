using Palimpsest.Numerics;

namespace Palimpsest.Tests.Numerics;

/// <summary>Features that are there or not, features with values, and what sets a classifier apart.</summary>
public sealed class SparseLogisticRegressionTests
{
    private static readonly (int[] Features, int Class)[] s_binary =
        [.. Enumerable.Range(0, 60).Select(i => ((int[])[i % 3, 3 + (i % 5), 8 + (i % 2)], i % 2))];

    [Fact]
    public void Train_ValuesOfOne_AreTheSameToTheBit()
    {
        SparseLogisticRegression binary = SparseLogisticRegression.Train(s_binary, 10, 2, 1e-3, new RandomStream(1, "test"));
        SparseLogisticRegression valued = SparseLogisticRegression.Train(
            [.. s_binary.Select(item => (item.Features, (float[]?)[1, 1, 1], item.Class))], 10, 2, 1e-3, new RandomStream(1, "test"));
        Assert.Equal(binary.Hash(), valued.Hash());
        Assert.All(s_binary, item => Assert.Equal(binary.Probabilities(item.Features), valued.Probabilities(item.Features, [1, 1, 1])));
        Assert.NotEqual(binary.Hash(), SparseLogisticRegression.Train(s_binary, 10, 2, 1e-2, new RandomStream(1, "test")).Hash());
    }

    [Fact]
    public void Train_UnitVectors_FindsTheDirectionThatTellsClassesApart()
    {
        RandomStream random = new(2, "vectors");
        int[] places = [0, 1, 2, 3];
        (int[], float[]?, int)[] examples = [.. Enumerable.Range(0, 300).Select(_ =>
        {
            double[] raw = [.. places.Select(_ => random.NextGaussian())];
            double length = Math.Sqrt(raw.Sum(value => value * value));
            return (places, (float[]?)[.. raw.Select(value => (float)(value / length))], raw[2] > raw[0] ? 1 : 0);
        })];
        SparseLogisticRegression head = SparseLogisticRegression.Train(examples[..200], 4, 2, 1e-5, new RandomStream(3, "train"));
        Assert.InRange(examples[200..].Count(item => head.Probabilities(item.Item1, item.Item2)[1] > 0.5 == (item.Item3 == 1)), 95, 100);
    }
}
