using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Tests.Training.Objectives;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.Approximate.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Unlearning.Approximate;

/// <summary>Every unlearning loss of the reference set under both policies: values, terms and gradients in f64 with the whole model, and values in f32; its
/// edges, and
/// what stands beside the losses.</summary>
public sealed class GoldenUnlearningTests
{
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Losses_EveryCase_EqualReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        JsonElement all = golden.Json("unlearning.json"), cases = all.GetProperty("cases");
        using SafetensorsFile stored = golden.Tensors("unlearning_grads.safetensors");
        int compared = 0, gradients = 0;
        foreach ((string section, string? weights, string prefix) in new[] { ("cases", null, ""), ("memorised_policy", "memorised.safetensors", "memorised.") })
        {
            using CausalModel policy = golden.Model(weights), single = golden.Model(weights, ComputeType.F32);
            using FrozenReference reference = new(golden.Model("reference.safetensors")), rough = new(golden.Model("reference.safetensors", ComputeType.F32));
            foreach (JsonProperty item in all.GetProperty(section).EnumerateObject().Where(item => item.Value.ValueKind == JsonValueKind.Object))
            {
                JsonElement hyper = cases.GetProperty(item.Name).GetProperty("hyper");
                UnlearningOptions options = GoldenUnlearning.Options(item.Name, hyper);
                FrozenModels models = GoldenUnlearning.Models(golden, reference, options);
                ForgetRetainBatch batch = GoldenUnlearning.Batch(golden, item.Name);
                int step = item.Name.StartsWith("scrub-min", StringComparison.Ordinal) ? 1 : 0;
                double value = GoldenUnlearning.Minimise(policy, options, models, batch, step, out IReadOnlyDictionary<string, double> figures);
                string name = prefix + item.Name;
                Near(item.Value.GetProperty("value"), value, name);
                if (item.Value.GetProperty("retain").ValueKind != JsonValueKind.Null || step == 0)
                {
                    Near(item.Value.GetProperty("forget"), figures["forget"], name + " forget");
                }

                if (figures.TryGetValue("retain", out double retain) && item.Value.GetProperty("retain").ValueKind == JsonValueKind.Number)
                {
                    Near(item.Value.GetProperty("retain"), retain - (options is PduOptions { Eps: double eps } ? eps : 0), name + " retain");
                }

                CheckNorms(item.Value, policy, name);
                foreach (string key in stored.Entries.Keys.Where(key => key.StartsWith(name + ".", StringComparison.Ordinal)
                    && policy.Parameters.Layout.Slots.Any(slot => name + "." + slot.Name == key)))
                {
                    using Tensor whole = TensorBytes.Read(stored, stored[key]);
                    double difference = TestContexts.LargestDifference(whole, policy.Parameters[key[(name.Length + 1)..]].grad!);
                    Assert.True(difference <= 1e-6 * Ops.Value(whole.abs().max()), $"{key}: differs by {difference}");
                    gradients++;
                }

                double f32 = GoldenUnlearning.Minimise(single, options, models with { Reference = rough }, batch, step, out _);
                Near(item.Value.GetProperty("value_f32"), f32, name + " in f32", 2e-5);
                compared++;
            }
        }

        Assert.True(compared > 0);
        Assert.Equal(stored.Entries.Count, gradients);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void MaskedRows_OfEveryEdge_AreRefusedByNumber(string folder)
    {
        GoldenObjectives golden = new(folder);
        using CausalModel policy = golden.Model();
        using FrozenReference reference = new(golden.Model("reference.safetensors"));
        JsonElement all = golden.Json("unlearning.json");
        int refused = 0;
        foreach (JsonElement edge in all.GetProperty("edges").EnumerateObject().Select(item => item.Value).Where(item => item.TryGetProperty("masked_rows",
            out _)))
        {
            int[] rows = [.. edge.GetProperty("masked_rows").EnumerateArray().Select(row => row.GetInt32())];
            foreach (JsonProperty item in edge.GetProperty("values").EnumerateObject())
            {
                JsonProperty known = all.GetProperty("cases").EnumerateObject().First(found => found.Name.Split('-')[0] == item.Name.Split('-')[0]);
                UnlearningOptions options = GoldenUnlearning.Options(known.Name, known.Value.GetProperty("hyper"));
                PalimpsestException problem = Assert.Throws<PalimpsestException>(() => GoldenUnlearning.Minimise(policy, options,
                    GoldenUnlearning.Models(golden, reference), GoldenUnlearning.Batch(golden, item.Name, rows), 0, out _));
                Assert.Contains($"Row {rows[0] + 1} of the forget rows", problem.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.True(refused > 0);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void SigmoidLoss_ExtremeMargins_HasReferenceValuesAndSlopes(string folder)
    {
        JsonElement[] rows = [.. new GoldenObjectives(folder).Json("unlearning.json").GetProperty("edges").GetProperty("npo_scalar").GetProperty("rows")
            .EnumerateArray()];
        Assert.NotEmpty(rows);
        foreach (double[] row in rows.Select(GoldenObjectives.Numbers))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = tensor(new[] { row[1] }).requires_grad_(true), value = SigmoidLoss.Of(x, row[0]).sum();
            Autograd.Backward(value);
            Assert.Equal(row[2], Ops.Number(value), 1e-12 * Math.Max(1e-300, Math.Abs(row[2])));
            Assert.Equal(row[3], Ops.Number(x.grad!), 1e-12 * Math.Max(1e-12, Math.Abs(row[3])));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Multiplier_EveryStep_MovesAsInTheReference(string folder)
    {
        JsonElement dual = new GoldenObjectives(folder).Json("unlearning.json").GetProperty("pdu_dual");
        PduOptions options = new()
        {
            Eps = dual.GetProperty("eps").GetDouble(),
            DualStep = dual.GetProperty("step").GetDouble(),
            Lambda = dual.GetProperty("start").GetDouble()
        };
        using CausalModel policy = CausalModel.Create(Training.TinyTraining.Config, TestContexts.F32(), new RandomStream(1));
        using PduObjective objective = (PduObjective)UnlearningObjective.Of(policy, options, new FrozenModels(), new RandomStream(1));
        JsonElement[] steps = [.. dual.GetProperty("steps").EnumerateArray()];
        Assert.NotEmpty(steps);
        for (int step = 0; step < steps.Length; step++)
        {
            double retain = steps[step].GetProperty("retain_loss").GetDouble();
            Assert.Equal(steps[step].GetProperty("lam_used").GetDouble(), objective.Lambda, 1e-12);
            double total = options.TermsAt(objective.Lambda).Zip([dual.GetProperty("forget_loss").GetDouble(), retain], (term, mean) =>
                term.Weight * (mean - term.Offset)).Sum();
            Assert.Equal(steps[step].GetProperty("total").GetDouble(), total, 1e-12);
            objective.End(step + 1, new Dictionary<string, double>(StringComparer.Ordinal) { ["retain"] = retain });
            Assert.Equal(steps[step].GetProperty("lam_after").GetDouble(), objective.Lambda, 1e-12);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void GenericTargets_EveryStrength_EqualReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        using CausalModel policy = golden.Model();
        using FrozenReference before = new(golden.Model()), reinforced = new(golden.Model("reference.safetensors"));
        TokenBatch batch = golden.Batch("forget");
        long[] real = batch.RealTokens();
        int compared = 0;
        foreach (JsonProperty item in golden.Json("unlearning.json").GetProperty("whp").EnumerateObject().Where(item =>
            item.Value.ValueKind == JsonValueKind.Object))
        {
            using DisposeScope scope = NewDisposeScope();
            double strength = double.Parse(item.Name[1..], System.Globalization.CultureInfo.InvariantCulture);
            Tensor Scores(IReferenceModel model) => model.Compute(found => found.Logits(found.Hidden(batch)));
            Tensor generic = Whp.Generic(Scores(before), Scores(reinforced), strength).view(batch.Ids.Length, -1);
            long[] targets = [.. generic.argmax(1).data<long>()];
            long[] expected = [.. item.Value.GetProperty("generic_targets").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(id =>
                id.GetInt64()))];
            Assert.Equal(expected.Where((_, at) => real[at] == 1), targets.Where((_, at) => real[at] == 1));
            double sum = Ops.Number(generic.sum(dim: 1).mul(tensor(real, ScalarType.Float64)).sum());
            Near(item.Value.GetProperty("logit_sum"), sum, item.Name);
            double[] probabilities = [.. generic.softmax(1).index_select(0, tensor(batch.Rows)).gather(1, tensor(batch.Targets).unsqueeze(1)).data<double>()];
            double[] wanted = [.. item.Value.GetProperty("probability_of_answer").EnumerateArray().SelectMany(GoldenObjectives.Numbers)];
            Assert.Equal(wanted.Length, probabilities.Length);
            Assert.All(wanted.Zip(probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-10 * pair.First));
            double loss = GoldenUnlearning.Minimise(policy, new WhpOptions { Strength = strength, Reinforced = "given" },
                new FrozenModels { Reference = before, Reinforced = reinforced }, new ForgetRetainBatch(batch), 0, out _);
            Near(item.Value.GetProperty("cross_entropy_to_generic"), loss, item.Name);
            compared++;
        }

        Assert.True(compared > 0);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void TaskNegation_EveryScale_EqualsReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        using CausalModel before = golden.Model(type: ComputeType.F32), tuned = golden.Model("reference.safetensors", ComputeType.F32);
        ParameterLayout layout = before.Parameters.Layout;
        float[] old = new float[layout.Count], fresh = new float[layout.Count], made = new float[layout.Count];
        before.Parameters.Flat!.Read(old);
        tuned.Parameters.Flat!.Read(fresh);
        int compared = 0;
        foreach (JsonProperty item in golden.Json("unlearning.json").GetProperty("task_vector").EnumerateObject().Where(item =>
            item.Value.ValueKind == JsonValueKind.Object))
        {
            fresh.CopyTo(made, 0);
            new TaskVectorOptions { Scale = double.Parse(item.Name[1..], System.Globalization.CultureInfo.InvariantCulture) }.Negate(layout, old, made);
            tuned.Parameters.Flat!.Load(made);
            foreach (string side in new[] { "forget", "retain" })
            {
                TokenBatch batch = golden.Batch(side);
                double nll = -AnswerScores.Constant(tuned, batch).Sum() / batch.Targets.Length;
                Near(item.Value.GetProperty(side + "_nll"), nll, item.Name, 2e-5);
            }

            Near(item.Value.GetProperty("norm_all"), Math.Sqrt(made.Sum(value => (double)value * value)), item.Name, 1e-6);
            double[] first = GoldenObjectives.Numbers(item.Value.GetProperty("first_down_proj"));
            int offset = (int)layout["model.layers.0.mlp.down_proj.weight"].Offset;
            Assert.All(first.Index(), pair => Assert.Equal(pair.Item, made[offset + pair.Index], 1e-6));
            compared++;
        }

        Assert.True(compared > 0);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Activations_OfBothModels_EqualReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        using CausalModel policy = golden.Model();
        using FrozenReference reference = new(golden.Model("reference.safetensors"));
        using SafetensorsFile stored = golden.Tensors("rmu_activations.safetensors");
        string[] names = [.. stored.Entries.Keys.Where(key => key.Contains(".layer", StringComparison.Ordinal))];
        Assert.NotEmpty(names);
        foreach (string[] parts in names.Select(name => name.Split('.')))
        {
            using DisposeScope scope = NewDisposeScope();
            BatchView view = new(policy, reference, golden.Batch(parts[0]));
            string point = $"blocks.{parts[1]["layer".Length..]}.hook_resid_post";
            Tensor found = parts[2] == "policy" ? view.Activations(point, padded: true) : view.FrozenActivations(point, padded: true);
            Tensor expected = TensorBytes.Read(stored, stored[string.Join('.', parts)]);
            Assert.InRange(TestContexts.LargestDifference(expected.view(found.shape), found), 0, 2e-6 * Ops.Value(expected.abs().max()));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void ScoreGradients_OfTheForgetTerms_EqualReference(string folder)
    {
        // The output matrix's gradient is dz^T h: it holds the gradients of all scores.
        GoldenObjectives golden = new(folder);
        using CausalModel policy = golden.Model("memorised.safetensors");
        using FrozenReference reference = new(golden.Model("reference.safetensors"));
        using SafetensorsFile stored = golden.Tensors("logit_grads.safetensors");
        JsonElement cases = golden.Json("unlearning.json").GetProperty("cases");
        TokenBatch batch = golden.Batch("forget");
        using Tensor hidden = Hidden(policy, batch);
        string[] names = [.. stored.Entries.Keys.Where(key => key.StartsWith("grad.", StringComparison.Ordinal)).Select(key => key["grad.".Length..])];
        Assert.NotEmpty(names);
        foreach (string name in names)
        {
            using DisposeScope scope = NewDisposeScope();
            UnlearningOptions options = GoldenUnlearning.Options(name, cases.GetProperty(name).GetProperty("hyper")) switch
            {
                RetainedOptions retained => retained with { Gamma = 1, Alpha = 0 },
                PduOptions dual => dual with { Lambda = 0 },
                UnlearningOptions other => other,
            };
            FrozenModels models = GoldenUnlearning.Models(golden, reference);
            ForgetRetainBatch whole = GoldenUnlearning.Batch(golden, name);
            GoldenUnlearning.Minimise(policy, options, models, whole, 0, out _);
            if (options is AlternateOptions preference)
            {
                // What the other answers' rows add is taken away again: their slopes are those of the forget rows with the other sign.
                UnlearningPass pass = new(policy, models, whole);
                Tensor margin = Ops.Subtract(pass[BatchSide.Forget].RowNllGain.detach(), pass[BatchSide.Alternates].RowNllGain.detach());
                Tensor slopes = Ops.Scale(Ops.Scale(margin, -preference.Beta).sigmoid(), -2.0 / batch.Batch);
                Autograd.Backward(pass[BatchSide.Alternates].RowNll.mul(slopes).sum());
            }

            Tensor scores = TensorBytes.Read(stored, stored["grad." + name]).to_type(ScalarType.Float64).view(batch.Ids.Length, -1);
            Tensor expected = scores.t().mm(hidden), found = policy.Parameters[policy.Config.HeadName!].grad!;
            Assert.InRange(TestContexts.LargestDifference(expected, found) / Ops.Value(expected.abs().max()), 0, 1e-6);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Scores_OfBothModels_EqualReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        using SafetensorsFile stored = golden.Tensors("logits.safetensors");
        Assert.NotEmpty(stored.Entries);
        foreach (string[] parts in stored.Entries.Keys.Select(name => name.Split('.')))
        {
            using CausalModel model = golden.Model(parts[1] == "policy" ? null : "reference.safetensors");
            using DisposeScope scope = NewDisposeScope();
            Tensor found = model.Logits(Hidden(model, golden.Batch(parts[0]))), expected = TensorBytes.Read(stored, stored[string.Join('.', parts)]);
            Assert.InRange(TestContexts.LargestDifference(expected.view(found.shape), found), 0, 2e-6 * Ops.Value(expected.abs().max()));
        }
    }

    private static Tensor Hidden(CausalModel policy, TokenBatch batch)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return policy.Hidden(tensor(batch.Ids, [batch.Batch, batch.Time]), AttentionScope.WithoutPaddedKeys(batch, CPU)).view(batch.Ids.Length, -1)
            .MoveToOuterDisposeScope();
    }

    private static void CheckNorms(JsonElement item, CausalModel policy, string name)
    {
        Near(item.GetProperty("grad_norm_total"), policy.Parameters.Flat!.Norm(), name + " gradient", 1e-8);
        double listed = 0;
        foreach (JsonProperty norm in item.TryGetProperty("grad_norms", out JsonElement norms) ? [.. norms.EnumerateObject()] : Array.Empty<JsonProperty>())
        {
            double length = Ops.Number(policy.Parameters[norm.Name].grad!.norm()), wanted = GoldenObjectives.Number(norm.Value);
            Assert.True(Math.Abs(length - wanted) <= 1e-8 * Math.Max(wanted, 1e-6),
                $"{name}: gradient of {norm.Name} has norm {length:R} instead of {wanted:R}");
        }

        foreach (JsonElement parameter in item.TryGetProperty("trainable", out JsonElement trained) ? [.. trained.EnumerateArray()]
            : Array.Empty<JsonElement>())
        {
            listed += Math.Pow(Ops.Number(policy.Parameters[parameter.GetString()!].grad!.norm()), 2);
        }

        if (listed > 0)
        {
            Near(item.GetProperty("grad_norm_trainable"), Math.Sqrt(listed), name + " trained gradient", 1e-8);
        }
    }

    private static void Near(JsonElement expected, double found, string what, double tolerance = 1e-10)
    {
        double wanted = GoldenObjectives.Number(expected);
        Assert.True(Math.Abs(found - wanted) <= tolerance * Math.Max(Math.Abs(wanted), tolerance >= 1e-5 ? 1 : 0), $"{what}: {found:R} instead of {wanted:R}");
    }
}
