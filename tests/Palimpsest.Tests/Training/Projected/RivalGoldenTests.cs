using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Flora;
using Palimpsest.Training.GaLore;
using Palimpsest.Training.Optimizers.Projected;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Projected;

/// <summary>GaLore against galore-torch 1.0 and an f64 form of it with the same signs of singular vectors; Flora's momentum against an f64 form.</summary>
public sealed class RivalGoldenTests
{
    private static readonly string[] s_matrices = ["square", "tall", "wide"];

    public static IEnumerable<TheoryDataRow<string, int, string, bool>> GaLoreRuns() => OptimData.Rows("galore_runs", "name").SelectMany(row =>
        new[] { false, true }.Select(layerwise => new TheoryDataRow<string, int, string, bool>(row.Data.Item1, row.Data.Item2, row.Data.Item3, layerwise)));

    public static IEnumerable<TheoryDataRow<string>> FloraSets() =>
        OptimData.Sets().Where(set => OptimData.Of(set).Index().TryGetProperty("flora", out _)).Select(set => new TheoryDataRow<string>(set));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GaLoreRuns), DisableDiscoveryEnumeration = true)]
    public void Step_GaLoreRun_FollowsTheReferenceWithTheSameSigns(string set, int number, string name, bool layerwise)
    {
        OptimData data = OptimData.Of(set);
        JsonElement run = data.Index("galore_runs")[number];
        bool invariant = run.GetProperty("sign_invariant").GetBoolean();
        using SafetensorsFile golden = data.Open("galore.safetensors"), inputs = data.Open("galore_inputs.safetensors");
        using RecordedLayers layers = RecordedLayers.Of(inputs);
        using ProjectedOptimizer optimizer = layers.Optimizer(Options(run, layerwise));
        Dictionary<string, float[]> gradients = s_matrices.ToDictionary(matrix => matrix, matrix => OptimData.Floats(inputs, $"grad.{matrix}"));
        double tolerance = name.StartsWith("full", StringComparison.Ordinal) ? 2e-4 : 1e-5; // f32 in sqrt(v) near 0
        int compared = 0;
        for (int step = 0; step < 50; step++)
        {
            RecordedLayers.Step(optimizer, run.GetProperty("lr").GetDouble(),
                matrix => OptimData.Row(gradients[matrix], step, layers.Parameters.Layout[matrix].Count));
            foreach (GaLoreMatrix matrix in optimizer.Matrices.Cast<GaLoreMatrix>())
            {
                string own = matrix.Matrix.Slot.Name;
                foreach (string key in new[] { $"{name}.canonical.{step + 1}.param.{own}" }.Concat(invariant ? [$"{name}.{step + 1}.param.{own}"] : []))
                {
                    if (golden.Entries.ContainsKey(key))
                    {
                        GrassGoldenTests.Near(OptimData.Floats(golden, key), layers.Values(own), tolerance);
                        compared++;
                    }
                }

                foreach ((string side, Tensor? projector) in new[] { ("U", matrix.Bases.Left), ("Vh", matrix.Bases.Right) })
                {
                    if (projector is not null && golden.Entries.ContainsKey($"{name}.refresh{step}.{side}.{own}"))
                    {
                        // The library's signs are arbitrary.
                        float[] expected = OptimData.Floats(golden, $"{name}.refresh{step}.{side}.{own}");
                        GrassGoldenTests.Near([.. expected.Select(Math.Abs)], [.. TensorBytes.ToArray(projector).Select(Math.Abs)], 1e-3);
                        compared++;
                    }
                }
            }
        }

        Assert.True(compared > 10, $"{compared} values compared");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(FloraSets), DisableDiscoveryEnumeration = true)]
    public void Step_FloraMomentum_FollowsTheReference(string set)
    {
        OptimData data = OptimData.Of(set);
        JsonElement flora = data.Index().GetProperty("flora");
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile golden = data.Open("grass_flora.safetensors"), inputs = data.Open("galore_inputs.safetensors");
        int compared = 0, every = flora.GetProperty("kappa").GetInt32();
        double beta = flora.GetProperty("beta1").GetDouble();
        foreach (string name in golden.Entries.Keys.Where(key => key.EndsWith(".R0", StringComparison.Ordinal)).Select(key => key.Split('.')[1]))
        {
            Tensor gradients = TensorBytes.Read(inputs, inputs[$"grad.{name}"]).to_type(ScalarType.Float64);
            using CompressedMomentum momentum = new(flora.GetProperty("r").GetInt32(), gradients.size(2), ScalarType.Float64);
            for (int step = 0; step < 50; step++)
            {
                Tensor projection = Read($"flora.{name}.R{step / every}");
                if (step > 0 && step % every == 0)
                {
                    momentum.Move(Read($"flora.{name}.R{(step / every) - 1}"), projection);
                }

                momentum.Step(projection, gradients[step].clone(), beta);
                foreach (string kind in new[] { "compressed", "decompressed" })
                {
                    string key = $"flora.{name}.{step + 1}.{kind}";
                    if (!golden.Entries.ContainsKey(key))
                    {
                        continue;
                    }

                    Tensor found = kind == "compressed" ? momentum.Values : Decompressed(momentum, projection, gradients[step]);
                    Assert.InRange(Ops.Number(Ops.Subtract(found, Read(key)).abs().max()) / Ops.Number(Read(key).abs().max()), 0, 1e-12);
                    compared++;
                }
            }
        }

        Assert.Equal(golden.Entries.Keys.Count(key => key.EndsWith("compressed", StringComparison.Ordinal)), compared);

        Tensor Read(string key) => TensorBytes.Read(golden, golden[key]);
    }

    [Fact]
    public void Step_GaLoreWeightDecay_ComesAfterTheStep()
    {
        // W = (W0 - step) (1 - rate decay): with the step of the run without decay.
        using RecordedLayers plain = new(("w", [6, 5])), decayed = new(("w", [6, 5]));
        float[] before = plain.Values("w");
        GaLoreOptions options = new() { Match = "w", Rank = 2 };
        using ProjectedOptimizer first = plain.Optimizer(options), second = decayed.Optimizer(options with { WeightDecay = 0.5 });
        RandomStream random = new(2);
        float[] gradient = [.. Enumerable.Range(0, 30).Select(_ => (float)random.NextGaussian())];
        RecordedLayers.Step(first, 0.1, _ => gradient);
        RecordedLayers.Step(second, 0.1, _ => gradient);
        Assert.NotEqual(before, plain.Values("w"));
        GrassGoldenTests.Near([.. plain.Values("w").Select(value => value * 0.95f)], decayed.Values("w"), 1e-6);
    }

    private static Tensor Decompressed(CompressedMomentum momentum, Tensor projection, Tensor like)
    {
        Tensor update = zeros_like(like);
        momentum.Step(projection, update, 1);
        return update;
    }

    private static GaLoreOptions Options(JsonElement run, bool layerwise) => new()
    {
        Match = $"^({string.Join('|', s_matrices)})$",
        Rank = run.GetProperty("rank").GetInt32(),
        Every = run.GetProperty("update_proj_gap").GetInt32(),
        Scale = run.GetProperty("scale").GetDouble(),
        Side = Enum.Parse<GaLoreSide>(run.GetProperty("proj_type").GetString()!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
        Beta1 = run.GetProperty("betas")[0].GetDouble(),
        Beta2 = run.GetProperty("betas")[1].GetDouble(),
        Epsilon = run.GetProperty("eps").GetDouble(),
        WeightDecay = run.GetProperty("weight_decay").GetDouble(),
        Layerwise = layerwise,
    };
}
