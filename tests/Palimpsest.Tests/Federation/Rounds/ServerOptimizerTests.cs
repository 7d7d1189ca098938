using CsCheck;
using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;

namespace Palimpsest.Tests.Federation.Rounds;

public sealed class ServerOptimizerTests
{
    /// <summary>A coordinate's bits depend on its own numbers alone, not on where it stands in a vector.</summary>
    [Fact]
    public void Step_OfAVector_IsThatOfEachCoordinateAlone() =>
        Gen.Select(Gen.Float[-2, 2].Array[1, 40], Gen.Int[0, ServerOptimizerRegistry.Choices.Count - 1]).Sample((values, which) =>
        {
            ServerOptimizerOptions options = Options(ServerOptimizerRegistry.Choices.Values.ElementAt(which));
            Assert.Equal(values.SelectMany(value => Walk(options, [value])), Walk(options, values));
        });

    [Fact]
    public void Step_OfWhatNobodySends_ChangesNothing()
    {
        foreach (Type type in ServerOptimizerRegistry.Choices.Values)
        {
            ServerOptimizerOptions options = Options(type);
            options = options is ServerAdamWOptions adamw ? adamw with { WeightDecay = 0 } : options;
            IServerOptimizer optimizer = ServerOptimizerRegistry.Create(options, 11);
            float[] weights = [.. Enumerable.Repeat(0.3f, 11)];
            optimizer.Step(weights, new float[11]);
            Assert.All(weights, weight => Assert.Equal(0.3f, weight));
            Assert.Equal(1, optimizer.StepCount);
        }
    }

    /// <summary>State and count are all that a resumed optimizer needs.</summary>
    [Fact]
    public void State_Copied_GoesOnWithTheSameBits()
    {
        foreach (Type type in ServerOptimizerRegistry.Choices.Values)
        {
            IServerOptimizer first = ServerOptimizerRegistry.Create(Options(type), 9), second = ServerOptimizerRegistry.Create(Options(type), 9);
            float[] average = [.. Enumerable.Range(0, 9).Select(i => (float)Math.Sin(i + 1))], weights = new float[9];
            first.Step(weights, average);
            foreach (((_, Memory<float> from), (_, Memory<float> to)) in first.State.Zip(second.State))
            {
                from.CopyTo(to);
            }

            float[] others = [.. weights];
            second.StepCount = first.StepCount;
            first.Step(weights, average);
            second.Step(others, average);
            Assert.Equal(weights, others);
        }
    }

    [Fact]
    public void Create_SettingsThatMakeNoSense_AreRefused()
    {
        foreach ((ServerOptimizerOptions options, string part) in ((ServerOptimizerOptions, string)[])
            [(new ServerAverageOptions { LearningRate = 0 }, "learning_rate"), (new FedAvgMOptions { Momentum = 1 }, "momentum"),
             (new FedAdamOptions { Tau = 0 }, "tau"), (new FedYogiOptions { Beta2 = 1 }, "beta2"), (new FedAdagradOptions { Beta1 = -1 }, "beta1"),
             (new ServerAdamWOptions { WeightDecay = -1 }, "weight_decay"), (new ServerAdamWOptions { Epsilon = 0 }, "epsilon")])
        {
            Assert.Contains(part, Assert.Throws<PalimpsestException>(() => ServerOptimizerRegistry.Create(options, 1)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Settings_OfEveryChoice_DifferFromOneAnother()
    {
        string[] servers = [.. ServerOptimizerRegistry.Choices.Values.Select(type => ServerOptimizerRegistry.Create(Options(type), 1).Settings)];
        Assert.Equal(servers.Length, servers.Distinct().Count());
        string[] algorithms = [.. FederatedAlgorithmRegistry.Choices.Values.Select(type =>
            FederatedAlgorithmRegistry.Create((FederatedAlgorithmOptions)Activator.CreateInstance(type)!).Settings)];
        Assert.Equal(algorithms.Length, algorithms.Distinct().Count());
        FederatedAlgorithm pulled = FederatedAlgorithmRegistry.Create(new FedAvgOptions { Proximal = 0.1 });
        Assert.NotEqual(FederatedAlgorithmRegistry.Create(new FedAvgOptions()).Settings, pulled.Settings);
    }

    private static ServerOptimizerOptions Options(Type type) => (ServerOptimizerOptions)Activator.CreateInstance(type)!;

    private static float[] Walk(ServerOptimizerOptions options, float[] average)
    {
        IServerOptimizer optimizer = ServerOptimizerRegistry.Create(options, average.Length);
        float[] weights = [.. average.Select(value => value / 2)];
        for (int step = 0; step < 3; step++)
        {
            optimizer.Step(weights, average);
        }

        return weights;
    }
}
