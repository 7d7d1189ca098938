using System.Text.Json.Nodes;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.Ssae.Tilting;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Interpretability;

/// <summary>The six estimators of tilted risk against values of 60 digits, where PALIMPSEST_DATA names them, and by their limits.</summary>
public sealed class TiltGoldenTests
{
    private readonly JsonNode _json = SaeGolden.Root is string root ? JsonNode.Parse(File.ReadAllText(Path.Combine(root, "term", "term.json")))!
        : new JsonObject();

    public static TheoryData<string> Roots => SaeGolden.Root is string root ? [root] : [];

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Batch_EveryCase_HasValueGradientAndEffectiveSize(string root)
    {
        Assert.NotEmpty(root);
        foreach (JsonNode? item in _json["batch"]!["cases"]!.AsArray())
        {
            double[] losses = Losses((string)item!["losses"]!), weights = new double[losses.Length];
            double t = (double)item["t"]!, scale = losses.Max(Math.Abs);
            Assert.InRange(TiltedRisk.Of(losses, t, weights) - (double)item["value"]!, -1e-13 * scale, 1e-13 * scale);
            Same(item["gradient"]!, weights, 1e-9);
            SaeGolden.Near((double)item["effective_sample_size"]!, TiltedRisk.EffectiveSize(weights), 1e-9, "ESS");
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Of_LimitsAndParts_EqualTheReference(string root)
    {
        Assert.NotEmpty(root);
        JsonNode limits = _json["limits"]!;
        double[] losses = Losses((string)limits["losses"]!), weights = new double[losses.Length];
        double mean = losses.Average(), variance = losses.Average(loss => (loss - mean) * (loss - mean));
        foreach ((string name, double value) in new[]
        {
            ("mean", TiltedRisk.Of(losses, 0, weights)), ("population_variance", variance), ("exact_at_1e-3", TiltedRisk.Of(losses, 1e-3, weights)),
            ("first_order_at_1e-3", mean + (1e-3 / 2 * variance)), ("max", TiltedRisk.Of(losses, 1e12, weights)),
            ("min", TiltedRisk.Of(losses, -1e12, weights)),
        })
        {
            SaeGolden.Near((double)limits[name]!, value, 1e-11, name);
        }

        // Batches give less than the whole for t > 0; their exponentials are unbiased.
        foreach (JsonNode? item in _json["minibatch_bias"]!.AsArray())
        {
            double t = (double)item!["t"]!;
            double[] parts = [.. losses.Chunk((int)item["batch"]!).Select(part => TiltedRisk.Of(part, t, new double[part.Length]))];
            SaeGolden.Near((double)item["full"]!, TiltedRisk.Of(losses, t, weights), 1e-12, $"{t}");
            SaeGolden.Near((double)item["mean_of_minibatch_values"]!, parts.Average(), 1e-12, $"{t}");
            SaeGolden.Near((double)item["exponential_mean_of_minibatch_values"]!, TiltedRisk.Of(parts, t, new double[parts.Length]), 1e-12, $"{t}");
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Running_EveryCourse_FollowsTheReference(string root)
    {
        Assert.NotEmpty(root);
        double[][] batches = [.. _json["running_normaliser"]!["batches"]!.AsArray().Select(Numbers)];
        foreach (JsonNode? item in _json["running_normaliser"]!["cases"]!.AsArray())
        {
            RunningTiltOptions options = new() { T = (double)item!["t"]!, Rate = (double)item["lambda"]!, MostShares = double.PositiveInfinity };
            double most = (double?)item["weight_clamp"] ?? double.PositiveInfinity;
            Tilt tilt = options.Create();
            tilt.State[0] = (double)item["initial"]!;
            foreach ((double[] batch, JsonNode? step) in batches.Zip(item["steps"]!.AsArray()))
            {
                // The other order weighs with the normaliser as it was, which is what one that stands still does.
                Tilt weighs = (string)item["order"]! == "update_then_weight" ? options.Create() : (options with { Rate = 0 }).Create(),
                    clamps = (options with { MostShares = most * batch.Length }).Create();
                weighs.State[0] = tilt.State[0];
                clamps.State[0] = tilt.State[0];
                double[] weights = new double[batch.Length], clamped = new double[batch.Length];
                SaeGolden.Near((double)step!["batch_value"]!, TiltedRisk.Of(batch, options.T, weights), 1e-12, "batch");
                tilt.Weigh(batch, [], weights);
                TiltReading reading = weighs.Weigh(batch, [], weights);
                SaeGolden.Near((double)step["running"]!, tilt.State[0], 1e-12, "running");
                Same(step["weights"]!, weights, 1e-9);
                SaeGolden.Near((double)step["loss"]!, reading.Value, 1e-12, "loss");
                if ((string)item["order"]! == "update_then_weight")
                {
                    clamps.Weigh(batch, [], clamped);
                    Same(step["clamped_weights"]!, clamped, 1e-9);
                }
            }
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Variational_EveryTau_HasValueAndGradients(string root)
    {
        Assert.NotEmpty(root);
        double[] losses = Losses((string)_json["variational"]!["losses"]!);
        foreach (JsonNode? item in _json["variational"]!["cases"]!.AsArray())
        {
            double[] weights = new double[losses.Length];
            Tilt tilt = new VariationalTiltOptions { T = (double)item!["t"]! }.Create();
            tilt.State[0] = (double)item["tau"]!;
            TiltReading reading = tilt.Weigh(losses, [], weights);
            SaeGolden.Near((double)item["value"]!, reading.Value, 1e-9, "value");
            Same(item["gradient_losses"]!, weights, 1e-9);
            SaeGolden.Near((double)item["clamp_rate"]!, reading.Clamped, 1e-12, "clamped");
            SaeGolden.Near((double)item["gradient_tau"]!, 1 - weights.Sum(), 1e-9, "slope");
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void ReweightedEssAndGroups_EveryCase_EqualTheReference(string root)
    {
        Assert.NotEmpty(root);
        double[] losses = Losses((string)_json["normalised_reweighting"]!["losses"]!);
        foreach (JsonNode? item in _json["normalised_reweighting"]!["cases"]!.AsArray())
        {
            double[] weights = new double[losses.Length];
            TiltReading reading = new ReweightedTiltOptions { T = (double)item!["t_hat"]! }.Create().Weigh(losses, [], weights);
            SaeGolden.Near((double)item["loss"]!, reading.Value, 1e-12, "loss");
            Same(item["weights"]!, weights, 1e-9);
        }

        losses = Losses((string)_json["ess_targeted"]!["losses"]!);
        foreach (JsonNode? item in _json["ess_targeted"]!["cases"]!.AsArray())
        {
            double[] weights = new double[losses.Length];
            TiltReading reading = new EssTiltOptions { Share = (double)item!["rho"]! }.Create().Weigh(losses, [], weights);
            SaeGolden.Near((double)item["t"]!, reading.Tilt, 1e-7, "t");
            SaeGolden.Near((double)item["value"]!, reading.Value, 1e-9, "value");
            SaeGolden.Near((double)item["ess"]!, reading.EffectiveShare * losses.Length, 1e-7, "ESS");
            SaeGolden.Near((double)item["target"]!, (double)item["rho"]! * losses.Length, 1e-12, "target");
        }

        losses = Losses((string)_json["groups"]!["losses"]!);
        int[] groups = [.. _json["groups"]!["group_of_item"]!.AsArray().Select(number => (int)number!)];
        Same(_json["groups"]!["group_means"]!, [.. groups.Zip(losses).GroupBy(pair => pair.First).OrderBy(group => group.Key)
            .Select(group => group.Average(pair => pair.Second))], 1e-12);
        foreach (JsonNode? item in _json["groups"]!["cases"]!.AsArray())
        {
            foreach ((string form, bool bySize) in new[] { ("equal_groups", false), ("size_weighted", true) })
            {
                double[] weights = new double[losses.Length];
                TiltReading reading = new GroupTiltOptions { T = (double)item!["t"]!, BySize = bySize }.Create().Weigh(losses, groups, weights);
                SaeGolden.Near((double)item[form]!["value"]!, reading.Value, 1e-12, form);
                double[] ofGroups = [.. Enumerable.Range(0, groups.Max() + 1).Select(group => weights.Where((_, i) => groups[i] == group).Sum())];
                Same(item[form]!["group_weights"]!, ofGroups, 1e-9);
                Same(item[form]!["gradient"]!, weights, 1e-9);
            }
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void TiltedLoss_OfAnAutoencoder_HasTheGradientsOfBothScopes(string root)
    {
        using SaeGolden golden = new(Path.Combine(root, "term"), "sae.safetensors");
        JsonNode tilted = _json["tilted_sae"]!;
        foreach (JsonNode? item in tilted["cases"]!.AsArray())
        {
            using DisposeScope scope = NewDisposeScope();
            using SparseAutoencoder sae = SaeGolden.Load(Path.Combine(root, tilted["sae"]!.ToString()), exact: true);
            Tensor x = golden.Exact(tilted["batch"]!.ToString());
            SaeTerms terms = sae.Losses(x, x, new SaePass((double)tilted["l1_coefficient"]!));
            golden.Close(terms.Errors, "recon_losses", 1e-6);
            golden.Close(terms.Terms[1].Rows, "l1_terms", 1e-6);
            bool total = (string)item!["scope"]! == "total";
            TiltOptions options = new BatchTiltOptions { T = (double)item["t"]!, Total = total };
            (Tensor loss, _) = TiltedLoss.Of(terms, options, options.Create(), []);
            SaeGolden.Near((double)item["loss"]!, Ops.Number(loss), 1e-9, "loss");
            Autograd.Backward(loss);
            foreach (ParameterSlot slot in sae.Parameters.Layout.Slots)
            {
                using Tensor gradient = sae.Parameters[slot.Name].grad!;
                SaeGolden.Near((double)item["gradient_norms"]![slot.Name]!, Ops.Number(gradient.norm()), 1e-6, slot.Name);
                if (options is BatchTiltOptions { T: 0.05 })
                {
                    golden.Close(gradient, $"{(total ? "total" : "recon")}.grad.{slot.Name}", 1e-6);
                }
            }
        }
    }

    [Fact]
    public void Of_Limits_AreMeanAndMaximum()
    {
        double[] losses = [0.5, 2, 1e4, 3], weights = new double[4];
        SaeGolden.Near(losses.Average(), TiltedRisk.Of(losses, 1e-12, weights), 1e-6, "mean");
        SaeGolden.Near(1e4, TiltedRisk.Of(losses, 1e9, weights), 1e-9, "maximum");
        Assert.Equal([0, 0, 1, 0], weights);
        SaeGolden.Near(0.5, TiltedRisk.Of(losses, -1e9, weights), 1e-6, "minimum");
        Assert.All(weights, weight => Assert.True(double.IsFinite(weight)));
        Assert.Equal(0, TiltedRisk.TiltFor([1.0, 1.0, 1.0], 0.2));
    }

    private double[] Losses(string name) => Numbers(_json["losses"]![name]);

    private static double[] Numbers(JsonNode? list) => [.. list!.AsArray().Select(number => (double)number!)];

    private static void Same(JsonNode expected, double[] actual, double tolerance)
    {
        foreach ((double wanted, double given) in Numbers(expected).Zip(actual))
        {
            SaeGolden.Near(wanted, given, tolerance, "weight");
        }
    }
}
