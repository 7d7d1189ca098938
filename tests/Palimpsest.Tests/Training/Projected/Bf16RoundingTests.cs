using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Grass;
using Palimpsest.Training.Optimizers.Projected;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Projected;

public sealed class Bf16RoundingTests
{
    [Fact]
    public void Nearest_AnyNumber_IsLibtorchsBf16()
    {
        float[] values = Numbers(), expected = TensorBytes.ToArray(tensor(values).to_type(ScalarType.BFloat16).to_type(ScalarType.Float32));
        Bf16Grid.Nearest(values);
        Assert.Equal(expected, values);
    }

    [Fact]
    public void Stochastic_AnyNumber_IsANeighbourAndRightInTheMean()
    {
        float[] values = Numbers();
        RandomStream random = new(4);
        const int draws = 4000;
        double[] sums = new double[values.Length];
        for (int draw = 0; draw < draws; draw++)
        {
            float[] rounded = [.. values];
            uint[] words = new uint[values.Length];
            random.Fill(words);
            Bf16Grid.Stochastic(rounded, words);
            for (int i = 0; i < values.Length; i++)
            {
                (float low, float high) = Neighbours(values[i]);
                Assert.True(rounded[i].Equals(low) || rounded[i].Equals(high), $"{values[i]} became {rounded[i]}");
                sums[i] += rounded[i];
            }
        }

        // The step between neighbours times six standard errors of a coin.
        Assert.All(values.Zip(sums).Where(pair => float.IsFinite(pair.First)), pair =>
        {
            (float low, float high) = Neighbours(pair.First);
            Assert.InRange(Math.Abs((pair.Second / draws) - pair.First), 0, Math.Abs((double)high - low) * 6 * 0.5 / Math.Sqrt(draws));
        });
    }

    [Theory]
    [InlineData("wide", 40, 70)]
    [InlineData("tall", 70, 40)]
    public void Step_SmallChanges_AreLostByTheNearestAndKeptByChance(string name, long rows, long columns)
    {
        // 300 steps of 1e-4 from 1, where neighbours in bf16 are 0.0039 and more apart.
        float[] Moved(Bf16Rounding rounding)
        {
            using RecordedLayers layers = new((name, [rows, columns]));
            OptimData.Put(layers.Parameters.Values, [.. Enumerable.Repeat(1f, (int)(rows * columns))]);
            using ProjectedOptimizer optimizer = layers.Optimizer(new GrassOptions { Match = "", RankFraction = 1, Every = 1000, Bf16 = rounding });
            for (int step = 0; step < 300; step++)
            {
                RecordedLayers.Step(optimizer, 1e-4, _ => [.. Enumerable.Repeat(1f, (int)(rows * columns))]);
            }

            return layers.Values(name);
        }

        Assert.All(Moved(Bf16Rounding.None), value => Assert.Equal(0.97, value, 1e-4));
        Assert.All(Moved(Bf16Rounding.Nearest), value => Assert.Equal(1f, value));
        float[] moved = Moved(Bf16Rounding.Stochastic), onGrid = [.. moved];
        Bf16Grid.Nearest(onGrid);
        Assert.Equal(onGrid, moved);

        // A walk of 300 draws with a variance of at most 0.0039 * 1e-4 each, the mean of 2800 of them.
        Assert.InRange(Math.Abs(moved.Average(value => (double)value) - 0.97), 0, 6 * Math.Sqrt(300 * 0.0039 * 1e-4 / moved.Length) + 1e-6);
    }

    private static (float Low, float High) Neighbours(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return !float.IsFinite(value) || (bits & 0xFFFF) == 0
            ? (value, value) : (BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000), BitConverter.UInt32BitsToSingle((bits & 0xFFFF0000) + 0x10000));
    }

    private static float[] Numbers()
    {
        RandomStream random = new(2);
        return [.. Enumerable.Range(0, 61).Select(i => (float)(random.NextGaussian() * Math.Pow(10, (i % 9) - 4))),
            0, -0f, 1, -1, 1.00390625f, 3, float.PositiveInfinity, float.NegativeInfinity, float.NaN, float.Epsilon];
    }
}
