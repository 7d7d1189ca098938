using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training;

/// <summary>Against fifty steps of torch 2.13 on fixed gradients, and the same runs in f64.</summary>
public sealed class OptimizerTests
{
    private static readonly string[] s_known = ["lr", "betas", "eps", "weight_decay", "momentum", "nesterov"];

    public static IEnumerable<TheoryDataRow<string, int, string>> Runs() => OptimData.Rows("dense_runs", "name", Unable);

    [Theory]
    [MemberData(nameof(Runs), DisableDiscoveryEnumeration = true)]
    public void Step_GoldenRun_FollowsTorch(string set, int number, string name)
    {
        OptimData data = OptimData.Of(set);
        JsonElement run = data.Index("dense_runs")[number];
        using SafetensorsFile golden = data.Open(run.GetProperty("file").GetString()!), inputs = data.Open("inputs.safetensors");
        (OptimizerOptions options, double rate, ParameterGroup[] groups) = Settings(run);
        double[] rates = run.TryGetProperty("lr_per_step", out JsonElement course)
            ? [.. course.EnumerateArray().Select(value => value.GetDouble())] : [.. Enumerable.Repeat(rate, 50)];

        // Torch's own error in f32; the momentum runs reach 1e5 after the gradient of 1e6 at step 5 and pass through zero.
        double tolerance = 2e-6 + (2 * run.GetProperty("float32_vs_float64_rel_at_50").GetDouble());
        using FlatParameters parameters = OptimData.Parameters(inputs);
        using IOptimizer optimizer = options is SgdOptions sgd ? new Sgd(parameters, sgd, groups) : new AdamW(parameters, (AdamWOptions)options, groups);
        Dictionary<string, float[]> gradients = parameters.Layout.Slots.ToDictionary(slot => slot.Name, slot => OptimData.Floats(inputs, $"grad.{slot.Name}"));
        int compared = 0;
        for (int step = 1; step <= rates.Length; step++)
        {
            foreach (ParameterSlot slot in parameters.Layout.Slots)
            {
                OptimData.Put(parameters[slot.Name].grad!, OptimData.Row(gradients[slot.Name], step - 1, slot.Count));
            }

            optimizer.Step(rates[step - 1]);
            foreach (ParameterSlot slot in parameters.Layout.Slots)
            {
                foreach ((string prefix, string key, Tensor values) in optimizer.State.Select(state => ($"{name}.{step}", state.Name, state.Values))
                    .Append(($"{name}.{step}", "param", parameters.Values)).Append(($"{name}.f64.{step}", "param", parameters.Values)))
                {
                    if (golden.Entries.ContainsKey($"{prefix}.{key}.{slot.Name}"))
                    {
                        compared++;
                        using Tensor part = values.narrow(0, slot.Offset, slot.Count);
                        AssertClose(OptimData.Floats(golden, $"{prefix}.{key}.{slot.Name}"), TensorBytes.ToArray(part), tolerance);
                    }
                }
            }
        }

        int stored = golden.Entries.Keys.Count(entry => entry.StartsWith(name + ".", StringComparison.Ordinal) && entry.Split('.')[^2] is not "step");
        Assert.Equal(stored, compared);
    }

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

    private static string? Unable(JsonElement run)
    {
        JsonElement config = run.GetProperty("config");
        string optimizer = run.GetProperty("optimizer").GetString()!;
        return optimizer is not ("adamw" or "adam" or "sgd") ? $"{config.GetProperty("kind").GetString()} is not among the optimizers."
            : run.GetProperty("dtype").GetString() != "float32" ? "Parameters are trained in f32."
            : config.EnumerateObject().FirstOrDefault(option => !s_known.Contains(option.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown
                ? $"{optimizer} has no option \"{unknown.Name}\"."
            : optimizer == "adam" && config.TryGetProperty("weight_decay", out _)
                ? "Adam with L2 is not among the optimizers; without, it is AdamW without decay."
            : null;
    }

    private static (OptimizerOptions Options, double Rate, ParameterGroup[] Groups) Settings(JsonElement run)
    {
        JsonElement config = run.GetProperty("config");
        string optimizer = run.GetProperty("optimizer").GetString()!;
        double Number(string key, double fallback) => config.TryGetProperty(key, out JsonElement value) ? value.GetDouble() : fallback;
        double Beta(int index, double fallback) => config.TryGetProperty("betas", out JsonElement betas) ? betas[index].GetDouble() : fallback;

        // Torch's defaults; its decay is one of all parameters.
        double rate = Number("lr", 1e-3), decay = Number("weight_decay", optimizer == "adamw" ? 0.01 : 0);
        OptimizerOptions options = optimizer == "sgd"
            ? new SgdOptions
            {
                Momentum = Number("momentum", 0),
                Nesterov = config.TryGetProperty("nesterov", out JsonElement nesterov)
                && nesterov.GetBoolean(),
                WeightDecay = decay,
                DecayAll = true
            }
            : new AdamWOptions { Beta1 = Beta(0, 0.9), Beta2 = Beta(1, 0.999), Epsilon = Number("eps", 1e-8), WeightDecay = decay, DecayAll = true };
        ParameterGroup[] groups = !run.TryGetProperty("groups", out JsonElement all) ? [] : [.. all.EnumerateArray().Select(group => new ParameterGroup
        {
            Match = $"^({string.Join('|', group.GetProperty("names").EnumerateArray().Select(name => name.GetString()))})$",
            LearningRateFactor = group.GetProperty("lr").GetDouble() / rate,
            WeightDecay = group.GetProperty("weight_decay").GetDouble(),
        })];
        return (options, rate, groups);
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        double largest = Math.Max(1, expected.Max(Math.Abs));
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance * largest));
    }
}
