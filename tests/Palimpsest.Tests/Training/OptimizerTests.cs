using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training;

/// <summary>Against fifty steps of torch 2.13 on fixed gradients.</summary>
public sealed class OptimizerTests
{
    private static readonly string[] s_names = ["w1", "w2", "b", "s"];

    public static TheoryData<string, double, SgdOptions> Runs => new()
    {
        { "plain", 0.01, new SgdOptions { Momentum = 0 } },
        { "wd", 0.01, new SgdOptions { Momentum = 0, WeightDecay = 0.1, DecayAll = true } },
        { "momentum", 0.01, new SgdOptions { Momentum = 0.9 } },
        { "nesterov", 0.01, new SgdOptions { Momentum = 0.9, Nesterov = true } },
        { "nesterov-wd", 0.005, new SgdOptions { Momentum = 0.95, Nesterov = true, WeightDecay = 0.01, DecayAll = true } },
    };

    [Theory]
    [MemberData(nameof(Runs), DisableDiscoveryEnumeration = true)]
    public void Sgd_GoldenRun_FollowsTorch(string run, double rate, SgdOptions options) => Follow("sgd-" + run, rate, parameters => new Sgd(parameters, options), 1e-4);

    [Fact]
    public void AdamW_GoldenGroups_FollowsTorch() => Follow(
        "adamw-groups", 0.001, parameters => new AdamW(parameters, new AdamWOptions { Beta2 = 0.999, WeightDecay = 5 }, [new() { Match = "^w", LearningRateFactor = 3, WeightDecay = 0.1 }, new() { Match = "^[bs]$", WeightDecay = 0 }]), 2e-6);

    [Fact]
    public void Sgd_DecoupledDecay_ShrinksThePlainRunsParameters()
    {
        // Without gradients p = p0 (1 - lr wd)^n, and no momentum arises.
        using FlatParameters parameters = new(new ParameterLayout([("w", [2L, 3L]), ("b", [3L])]));
        using IDisposable noGrad = no_grad();
        parameters.Values.fill_(Scalars.One);
        using Sgd optimizer = new(parameters, new SgdOptions { WeightDecay = 0.5, DecoupledWeightDecay = true });
        for (int step = 0; step < 3; step++)
        {
            optimizer.Step(0.1);
        }

        Assert.All(TensorBytes.ToArray(parameters["w"]), value => Assert.Equal(0.95 * 0.95 * 0.95, value, 1e-6));
        Assert.All(TensorBytes.ToArray(parameters["b"]), value => Assert.Equal(1f, value));
        Assert.All(TensorBytes.ToArray(optimizer.State[0].Values), value => Assert.Equal(0f, value));
    }

    private static void Follow(string run, double rate, Func<FlatParameters, IOptimizer> create, double tolerance)
    {
        using SafetensorsFile golden = SafetensorsFile.Open(TestContexts.Golden("optim", "optimizers.safetensors"));
        float[] Read(string name)
        {
            using Tensor tensor = TensorBytes.Read(golden, golden[name]);
            return TensorBytes.ToArray(tensor.to_type(ScalarType.Float32));
        }

        using FlatParameters parameters = new(new ParameterLayout(s_names.Select(name => (name, golden[$"param.{name}"].Shape is { Count: > 0 } shape ? shape.ToArray() : [1L]))));
        using IDisposable noGrad = no_grad();
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        foreach (string name in s_names)
        {
            parameters[name].copy_(tensor(Read($"param.{name}")).view(parameters[name].shape));
        }

        using IOptimizer optimizer = create(parameters);
        int compared = 0;
        for (int step = 1; step <= 50; step++)
        {
            foreach (string name in s_names)
            {
                int size = (int)parameters.Layout[name].Count;
                parameters[name].grad!.copy_(tensor(Read($"grad.{name}")[((step - 1) * size)..(step * size)]).view(parameters[name].shape));
            }

            optimizer.Step(rate);
            foreach (string name in s_names.Where(name => golden.Entries.ContainsKey($"{run}.{step}.param.{name}")))
            {
                compared++;
                AssertClose(Read($"{run}.{step}.param.{name}"), TensorBytes.ToArray(parameters[name]), tolerance);
                foreach ((string state, Tensor values) in optimizer.State.Where(state => golden.Entries.ContainsKey($"{run}.{step}.{state.Name}.{name}")))
                {
                    ParameterSlot slot = parameters.Layout[name];
                    AssertClose(Read($"{run}.{step}.{state}.{name}"), TensorBytes.ToArray(values.narrow(0, slot.Offset, slot.Count)), tolerance);
                }
            }
        }

        Assert.Equal(16, compared);
    }

    // Relative to the largest value: after the gradient of 1e6 at step 5 they reach 1e5 and pass through zero.
    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        double largest = Math.Max(1, expected.Max(Math.Abs));
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance * largest));
    }
}
