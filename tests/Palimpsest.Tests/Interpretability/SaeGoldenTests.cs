using System.Text.Json.Nodes;
using Palimpsest.Data.Safetensors;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Interpretability;

/// <summary>Every case of SAELens's reference values, where PALIMPSEST_DATA names them: latents, reconstructions, losses, gradients, courses of training,
/// folders.</summary>
public sealed class SaeGoldenTests
{
    public static TheoryData<string> Inference => [.. SaeGolden.Folders("inference")];

    public static TheoryData<string> Training => [.. SaeGolden.Folders("training")];

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Inference))]
    public void Encode_InferenceFolder_GivesLatentsAndReconstructions(string folder)
    {
        using SaeGolden golden = new(folder);
        foreach ((bool exact, double tolerance) in new[] { (false, 2e-6), (true, 1e-6) })
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            using SparseAutoencoder sae = SaeGolden.Load(Path.Combine(folder, "inference"), exact);
            Tensor x = Inputs(golden, sae);
            SaeCode code = sae.Encode(x);
            Tensor output = sae.Output(code);
            if (golden.Has("pre"))
            {
                golden.Close(code.Pre!, "pre", tolerance);
            }

            if (golden.Has("gate_pre"))
            {
                Tensor centred = sae.Config.ApplyBDecToInput ? Ops.Subtract(code.Normed, sae.Parameters["b_dec"]) : code.Normed;
                golden.Close(Ops.Add(centred.matmul(sae.Parameters["W_enc"]), sae.Parameters["b_gate"]), "gate_pre", tolerance);
            }

            golden.Close(code.Acts, golden.Has("novel") ? "novel" : "acts", tolerance);
            golden.Close(output, golden.Has("out") ? "out" : "recon", tolerance);
            if (golden.Has("predicted"))
            {
                golden.Close(code.Predicted!, "predicted", tolerance);
            }

            if (golden.Has("decode"))
            {
                golden.Close(sae.Decode(code.Acts, code), "decode", tolerance);
            }

            if (golden.Has("fired"))
            {
                Tensor flat = code.Acts.view(-1, sae.Config.DSae), target = x.view(flat.size(0), -1), made = output.view(flat.size(0), -1);
                Assert.Equal(0, References(flat.ne(Scalars.Zero).sum(dim: 0).to_type(ScalarType.Int32), golden["fired"]));
                Tensor error = Ops.Subtract(target, made);
                golden.Close(error.mul(error).sum(dim: 1), "squared_error", 2 * tolerance);
                CheckFigures(golden, target, made, flat);
            }
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Inference))]
    public void Configuration_EveryFolder_IsWhatTheReferenceLists(string folder)
    {
        using SaeGolden golden = new(folder);
        JsonNode index = JsonNode.Parse(File.ReadAllText(Path.Combine(SaeGolden.Root!, "index.json")))!["cases"]![Path.GetFileName(folder)]!;
        foreach ((string form, JsonNode? cfg, JsonNode? tensors) in new[]
        {
            ("inference", golden.Json["inference"]?["cfg"] ?? golden.Json["cfg"], golden.Json["inference"]?["tensors"] ?? golden.Json["tensors"]),
            ("training", null, golden.Json["training_tensors"]),
        })
        {
            if (!Directory.Exists(Path.Combine(folder, form)))
            {
                continue;
            }

            using SparseAutoencoder sae = SaeFolder.Load(Path.Combine(folder, form));
            JsonObject written = SaeConfigFile.Write(sae.Config);
            Assert.Equal(index[form == "training" ? "architecture" : "inference_architecture"]!.ToString(), sae.Config.Architecture);
            IEnumerable<KeyValuePair<string, JsonNode?>> keys = form == "training" ? index["settings"]!.AsObject() : cfg!.AsObject();
            foreach ((string key, JsonNode? value) in keys.Where(pair => pair.Key != "device"))
            {
                Assert.True(JsonNode.DeepEquals(Sorted(value), Sorted(written[key])), $"{folder} {form} {key}: {written[key]} instead of {value}");
            }

            Dictionary<string, long[]> shapes = sae.Parameters.Layout.Slots.Select(slot => (slot.Name, sae.Parameters[slot.Name].shape))
                .Concat(sae.Buffers.Select(buffer => (buffer.Name, buffer.Values.shape))).ToDictionary();
            Assert.Equal(tensors!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal), shapes.Keys.Order(StringComparer.Ordinal));
            foreach ((string name, JsonNode? shape) in tensors.AsObject())
            {
                JsonArray wanted = shape!.AsArray() is [_, JsonArray inner] ? inner : shape.AsArray();
                Assert.Equal(wanted.Select(size => (long)size!), shapes[name]);
            }
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Inference))]
    public void DecoderNorms_Folded_ScaleLatentsAndKeepOutputs(string folder)
    {
        using SaeGolden golden = new(folder);
        if (!golden.Has("fold.W_dec_norms"))
        {
            using SparseAutoencoder refused = SaeFolder.Load(Path.Combine(folder, "inference"));
            Assert.Contains("folded", Assert.Throws<PalimpsestException>(() => SaeFolding.DecoderNorms(refused)).Message, StringComparison.Ordinal);
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using SparseAutoencoder sae = SaeFolder.Load(Path.Combine(folder, "inference"));
        Tensor x = Inputs(golden, sae), before = sae.Output(sae.Encode(x)), acts = sae.Encode(x).Acts;
        Tensor norms = SaeFolding.DecoderNorms(sae);
        golden.Close(norms, "fold.W_dec_norms", 2e-6);
        foreach (ParameterSlot slot in sae.Parameters.Layout.Slots.Where(slot => golden.Has("fold." + slot.Name)))
        {
            golden.Close(sae.Parameters[slot.Name], "fold." + slot.Name, 2e-6);
        }

        SaeCode code = sae.Encode(x);
        Assert.InRange(Ops.Number(Ops.Subtract(sae.Output(code), before).abs().max()), 0, 2e-5);
        Tensor scaled = sae.Config.Options is SelectingOptions { RescaleActsByDecoderNorm: true } ? acts : acts.mul(norms);
        Assert.InRange(Ops.Number(Ops.Subtract(code.Acts, scaled).abs().max()), 0, 2e-5);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Training))]
    public void Losses_EveryDeadMask_GiveTermsAndGradients(string folder)
    {
        using SaeGolden golden = new(folder);
        foreach ((string mask, JsonNode? expected) in golden.Json["training_batch"]!.AsObject())
        {
            using DisposeScope scope = NewDisposeScope();
            using SparseAutoencoder sae = SaeGolden.Load(Path.Combine(folder, "training"), exact: true);
            string name = mask["dead_".Length..];
            Tensor x = Scaled(golden, folder, golden.Exact("x_train"));
            Tensor? dead = name == "none" ? null : golden.Input($"dead_{name}.{sae.Config.DSae}");
            SaePass pass = new(sae.Config.Options.Sparsity.Coefficient, dead, dead is null ? 0 : (int)Ops.Number(dead.sum()));
            sae.Begin();
            SaeTerms terms = sae.Losses(x, x, pass);
            double tolerance = sae is JumpReluSae ? 1e-6 : 1e-9;
            foreach ((string term, JsonNode? value) in expected!["losses"]!.AsObject())
            {
                Tensor rows = Assert.Single(terms.Terms, item => item.Name == term).Rows;
                SaeGolden.Near((double)value!, Ops.Number(rows.mean()), tolerance, $"{folder} {mask} {term}");
            }

            Assert.Equal(expected["losses"]!.AsObject().Count, terms.Terms.Count);
            Tensor loss = Sum(terms);
            SaeGolden.Near((double)expected["loss"]!, Ops.Number(loss), tolerance, $"{folder} {mask}");
            if (name == "none")
            {
                golden.Close(terms.Code.Acts, "train.acts", 1e-6);
                golden.Close(terms.Output, "train.out", 1e-6);
            }

            Autograd.Backward(loss);
            foreach (ParameterSlot slot in sae.Parameters.Layout.Slots.Where(slot => golden.Has($"grad.{name}.{slot.Name}")))
            {
                using Tensor gradient = sae.Parameters[slot.Name].grad!;
                golden.Close(gradient, $"grad.{name}.{slot.Name}", 1e-6);
            }

            if (expected["topk_threshold_after"] is JsonNode threshold)
            {
                sae.Learnt(terms.Code.Acts);
                SaeGolden.Near((double)threshold, ((BatchTopKSae)sae).Threshold, 1e-9, folder);
            }
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Training))]
    public void Trajectory_TwentySteps_FollowsTheReference(string folder)
    {
        using SaeGolden golden = new(folder);
        using SparseAutoencoder sae = SaeGolden.Load(Path.Combine(folder, "training"), exact: true);
        JsonNode course = golden.Json["trajectory"]!;
        using AdamW adam = new(sae.Parameters, new AdamWOptions { Beta2 = 0.999 });
        DeadLatents dead = new(sae.Config.DSae, (int)course["dead_feature_window"]!);
        double[] fired = new double[sae.Config.DSae];
        int warm = (int)course["lr_warm_up_steps"]!;
        LearningRateSchedule rates = new(ScheduleKind.WarmupStableDecay, (double)course["lr"]!, warm, (int)course["steps"]!)
        {
            DecaySteps = (int)course["lr_decay_steps"]!,
        };
        Assert.Equal((int)course["steps"]!, course["log"]!.AsArray().Count);
        foreach (JsonNode? entry in course["log"]!.AsArray())
        {
            int step = (int)entry!["step"]!;
            Assert.Equal((double)entry["lr"]!, rates.At(step < warm ? step + 1 : step), 1e-15); // the reference's warm-up is a step ahead
            using DisposeScope scope = NewDisposeScope();
            Tensor x = Scaled(golden, folder, golden.Exact("x_steps").select(0, step));
            sae.Parameters.ZeroGradients();
            sae.Begin();
            Assert.Equal((int)entry["dead_before"]!, dead.Count);
            SaePass pass = dead.Pass(sae.Config.Options.SparsityAt(step));
            foreach ((_, JsonNode? coefficient) in entry["coefficients"]!.AsObject())
            {
                SaeGolden.Near((double)coefficient!, pass.Sparsity, 1e-12, "coefficient");
            }

            SaeTerms terms = sae.Losses(x, x, pass);
            Tensor loss = Sum(terms);
            Autograd.Backward(loss);
            SaeGolden.Near((double)entry["loss"]!, Ops.Number(loss), 1e-6, $"{folder} step {step}");
            foreach ((string term, JsonNode? value) in entry["losses"]!.AsObject())
            {
                Tensor own = Assert.Single(terms.Terms, item => item.Name == term).Rows;
                SaeGolden.Near((double)value!, Ops.Number(own.mean()), 1e-6, $"{folder} step {step} {term}");
            }

            double norm = sae.Parameters.Norm();
            SaeGolden.Near((double)entry["grad_norm_before_clip"]!, norm, 1e-6, $"{folder} step {step}, norm");
            double active = Ops.Number(terms.Code.Acts.ne(Scalars.Zero).to_type(ScalarType.Float64).sum()) / x.size(0);
            SaeGolden.Near((double)entry["l0"]!, active, 1e-12, $"{folder} step {step}, L0");
            GradientClipping.Apply(sae.Parameters, norm, 1);
            sae.Learnt(terms.Code.Acts);
            dead.Update(terms.Code.Acts);
            adam.Step((double)entry["lr"]!);
            using IDisposable noGrad = no_grad();
            int i = 0;
            foreach (double share in terms.Code.Acts.ne(Scalars.Zero).to_type(ScalarType.Float64).sum(dim: 0).data<double>())
            {
                fired[i++] += share;
            }

            if (entry["topk_threshold"] is JsonNode threshold)
            {
                SaeGolden.Near((double)threshold, ((BatchTopKSae)sae).Threshold, 1e-6, $"{folder} step {step}, threshold");
            }
        }

        using DisposeScope end = NewDisposeScope();
        foreach (ParameterSlot slot in sae.Parameters.Layout.Slots)
        {
            Tensor last = sae.Parameters[slot.Name];
            golden.Close(last, "final." + slot.Name, 1e-5);
            double squares = (double)course["final_sum_of_squares"]![slot.Name]!;
            SaeGolden.Near(squares, Ops.Number(last.mul(last).sum()), 1e-5, $"{folder} {slot.Name}, squares");
            SaeGolden.Near((double)course["final_sum"]![slot.Name]!, Ops.Number(last.sum()), 1e-5 * Math.Sqrt(last.numel()), $"{folder} {slot.Name}, sum");
        }

        double rows = (double)course["batch"]! * course["log"]!.AsArray().Count;
        golden.Close(tensor(fired.Select(count => Math.Log10((count / rows) + 1e-10)).ToArray()), "final.log_sparsity", 1e-5);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Training))]
    public void ToInference_TrainingFolder_GivesTheInferenceFolder(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using SaeGolden golden = new(folder);
        using SparseAutoencoder trained = SaeFolder.Load(Path.Combine(folder, "training")), expected = SaeFolder.Load(Path.Combine(folder, "inference"));
        if (Whitening(folder) is { } whitening)
        {
            SaeFolding.Whitening(trained, whitening.Matrix, whitening.Inverse, whitening.Mean);
        }

        CheckScaled(golden, folder);
        using SparseAutoencoder made = SaeFolding.ToInference(trained, (double?)golden.Json["scaling_factor"] ?? 1);
        if (golden.Json["inference"]!["threshold_from_topk_threshold"] is JsonArray thresholds)
        {
            using SparseAutoencoder plain = SaeFolder.Load(Path.Combine(folder, "training"));
            SaeGolden.Near((double)thresholds[0]!, ((BatchTopKSae)plain).Threshold, 1e-12, folder);
            SaeGolden.Near((double)thresholds[1]!, Ops.Number(made.Parameters["threshold"].max()), 1e-6, folder);
        }

        Assert.Equal(expected.Config.Architecture, made.Config.Architecture);
        Assert.Equal(expected.Config.NormalizeActivations, made.Config.NormalizeActivations);
        JsonObject here = SaeConfigFile.Write(made.Config), there = SaeConfigFile.Write(expected.Config);
        Assert.True(JsonNode.DeepEquals(Sorted(here), Sorted(there)), $"{here.ToJsonString()}\n{there.ToJsonString()}");
        foreach (ParameterSlot slot in expected.Parameters.Layout.Slots)
        {
            Tensor other = expected.Parameters[slot.Name];
            Assert.InRange(Ops.Number(Ops.Subtract(made.Parameters[slot.Name], other).abs().max()) / Ops.Number(other.abs().max()), 0, 2e-6);
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Inference))]
    public void Save_EveryFolder_WritesTheSameTensorsByteForByte(string folder)
    {
        foreach (string form in new[] { "inference", "training" }.Where(form => Directory.Exists(Path.Combine(folder, form))))
        {
            using TemporaryFolder to = new();
            string from = Path.Combine(folder, form);
            using SparseAutoencoder sae = SaeFolder.Load(from);
            SaeLensFolder.Save(sae, to.Path);
            SameBytes(Path.Combine(from, SaeLensFolder.WeightsName), Path.Combine(to.Path, SaeLensFolder.WeightsName));
            JsonObject written = JsonNode.Parse(File.ReadAllText(Path.Combine(to.Path, "cfg.json")))!.AsObject();
            JsonObject read = JsonNode.Parse(File.ReadAllText(Path.Combine(from, "cfg.json")))!.AsObject();
            Assert.True(JsonNode.DeepEquals(Sorted(written), Sorted(read)), $"{written.ToJsonString()}\n{read.ToJsonString()}");
        }
    }

    internal static void SameBytes(string expected, string actual)
    {
        using SafetensorsFile a = SafetensorsFile.Open(expected), b = SafetensorsFile.Open(actual);
        Assert.Equal(a.Entries.Keys.Order(StringComparer.Ordinal), b.Entries.Keys.Order(StringComparer.Ordinal));
        foreach (TensorEntry entry in a.Entries.Values)
        {
            TensorEntry other = b[entry.Name];
            Assert.Equal((entry.Type, string.Join(",", entry.Shape)), (other.Type, string.Join(",", other.Shape)));
            byte[] left = new byte[entry.ByteLength], right = new byte[entry.ByteLength];
            a.Read(entry, left);
            b.Read(other, right);
            Assert.True(left.AsSpan().SequenceEqual(right), entry.Name);
        }
    }

    // Numbers as numbers: 8 and 8.0 are one.
    internal static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject json => new JsonObject(json.Where(pair => pair.Key != "device" && !(pair.Key == "d_out" && pair.Value is null))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        JsonValue value when value.TryGetValue(out double number) => JsonValue.Create(number),
        null => null,
        _ => node.DeepClone(),
    };

    private static double References(Tensor a, Tensor b) => Ops.Number(Ops.Subtract(a.to_type(ScalarType.Float64), b.to_type(ScalarType.Float64)).abs().max());

    private static Tensor Sum(SaeTerms terms) => terms.Terms.Select(term => term.Rows.mean()).Aggregate(Ops.Add);

    private static Tensor Inputs(SaeGolden golden, SparseAutoencoder sae)
    {
        if (sae.Config.Architecture == "temporal")
        {
            return golden.Input("x_seq");
        }

        long[] shape = golden["acts"].shape;
        return sae.Config.ReshapeActivations == SaeReshaping.HookZ ? golden.Input("x_seq").view([.. golden["recon"].shape])
            : golden.Input("x").narrow(0, 0, shape[0]);
    }

    private static Tensor Scaled(SaeGolden golden, string folder, Tensor x) =>
        Whitening(folder) is { } whitening ? Ops.Subtract(x, whitening.Mean).matmul(whitening.Matrix)
        : golden.Json["scaling_factor"] is JsonNode factor ? Ops.Scale(x, (double)factor) : x;

    private static (Tensor Matrix, Tensor Inverse, Tensor Mean)? Whitening(string folder)
    {
        string path = Path.Combine(folder, "training", "activation_whitening.safetensors");
        if (!File.Exists(path))
        {
            return null;
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        return (TensorBytes.Read(file, file["matrix"]), TensorBytes.Read(file, file["inverse_matrix"]), TensorBytes.Read(file, file["mean"]));
    }

    // What a trainer does to inputs before the autoencoder and to outputs behind it.
    private static void CheckScaled(SaeGolden golden, string folder)
    {
        if (!golden.Has("scaled.x"))
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using SparseAutoencoder sae = SaeGolden.Load(Path.Combine(folder, "training"), exact: true);
        Tensor x = Scaled(golden, folder, golden.Exact("x").narrow(0, 0, golden["scaled.x"].size(0)));
        SaeCode code = sae.Encode(x);
        Tensor output = sae.Output(code);
        golden.Close(x, "scaled.x", 1e-6);
        golden.Close(code.Acts, "scaled.acts", 1e-6);
        golden.Close(Whitening(folder) is { } whitening ? Ops.Add(output.matmul(whitening.Inverse), whitening.Mean)
            : Ops.Scale(output, 1 / (double)golden.Json["scaling_factor"]!), "unscaled.recon", 1e-6);
    }

    private static void CheckFigures(SaeGolden golden, Tensor target, Tensor output, Tensor acts)
    {
        JsonNode expected = golden.Json["inference"]!["metrics"]!;
        SaeStatistics statistics = new((int)target.size(1), (int)acts.size(1));
        statistics.Add(target, output, acts);
        SaeFigures figures = statistics.Read();
        foreach ((string name, double value) in new[]
        {
            ("l0", figures.L0), ("l1", figures.L1), ("mse", figures.SquaredError), ("explained_variance", figures.ExplainedVariance),
            ("explained_variance_legacy", figures.ExplainedVarianceLegacy), ("explained_variance_dictionary_learning", figures.ExplainedVarianceOfCentred),
            ("cosine", figures.Cosine), ("l2_ratio", figures.NormRatio), ("relative_reconstruction_bias", figures.ReconstructionBias),
        })
        {
            SaeGolden.Near((double)expected[name]!, value, 5e-6, $"{golden.Folder} {name}");
        }
    }
}
