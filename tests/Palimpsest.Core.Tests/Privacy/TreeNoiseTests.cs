using Palimpsest.Numerics;
using Palimpsest.Privacy;

namespace Palimpsest.Tests.Privacy;

/// <summary>The noise of running sums: its variance is that of the formula, and it is shared between prefixes.</summary>
public sealed class TreeNoiseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Next_EveryPrefix_HasTheVarianceOfItsNodes(bool refined)
    {
        const int Length = 40_000;
        TreeNoise tree = new(Length, 0.5, PrivacyRandomness.Simulation(new RandomStream(5, "tree")), refined);
        double[] noise = new double[Length], before = new double[Length];
        for (int t = 1; t <= 24; t++)
        {
            noise.CopyTo(before, 0);
            tree.Next(noise);
            double variance = noise.Sum(value => value * value) / Length, expected = 0.25 * TreeNoise.Variance(t, refined);
            Assert.InRange(variance / expected, 1 - (5 * Math.Sqrt(2.0 / Length)), 1 + (5 * Math.Sqrt(2.0 / Length)));
            if (t % 2 == 1 && t > 1)
            {
                // An odd prefix is the even one before it and one more leaf.
                double step = noise.Zip(before, (now, then) => (now - then) * (now - then)).Sum() / Length;
                Assert.InRange(step / 0.25, 1 - (5 * Math.Sqrt(2.0 / Length)), 1 + (5 * Math.Sqrt(2.0 / Length)));
            }
        }

        Assert.Equal(24, tree.Steps);
    }
}
