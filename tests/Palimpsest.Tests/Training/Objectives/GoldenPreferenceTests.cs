using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Preferences;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Objectives;

/// <summary>Every preference loss of the reference set in every setting: values, gradients and logged figures, in f64 with the whole model; and in f32 within
/// the tolerance of that.</summary>
public sealed class GoldenPreferenceTests
{
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Losses_EverySetting_EqualReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        using CausalModel policy = golden.Model(), single = golden.Model(type: ComputeType.F32);
        using FrozenReference reference = new(golden.Model("reference.safetensors")),
            singleReference = new(golden.Model("reference.safetensors", ComputeType.F32));
        using SafetensorsFile stored = golden.Tensors("preference_grads.safetensors");
        PreferenceBatch batch = Pairs(golden);
        int settings = 0, gradients = 0;
        foreach (JsonElement setting in golden.Json("preference.json").GetProperty("settings").EnumerateArray())
        {
            JsonElement hyper = setting.GetProperty("hyper");
            foreach (JsonProperty loss in setting.GetProperty("losses").EnumerateObject())
            {
                PreferenceOptions options = Options(loss.Name, hyper);
                double value = Minimise(policy, options, reference, batch, out IReadOnlyDictionary<string, double> figures);
                double expected = GoldenObjectives.Number(loss.Value.GetProperty("value")),
                    scale = Math.Max(Math.Abs(expected), loss.Name is "sppo_hard" or "ipo_sum" ? 1e5 : 0);
                Assert.True(Math.Abs(value - expected) <= 1e-10 * scale, $"{loss.Name} {hyper}: {value:R} instead of {expected:R}");
                foreach (JsonProperty norm in loss.Value.GetProperty("grad_norms") is { ValueKind: JsonValueKind.Object } norms
                    ? [.. norms.EnumerateObject()] : Array.Empty<JsonProperty>())
                {
                    double length = Ops.Number(policy.Parameters[norm.Name].grad!.norm()), wanted = GoldenObjectives.Number(norm.Value);
                    Assert.True(Math.Abs(length - wanted) <= 1e-8 * Math.Max(wanted, 1e-6),
                        $"{loss.Name} {hyper}: gradient of {norm.Name} has norm {length:R} instead of {wanted:R}");
                }

                string prefix = $"set{settings}.{loss.Name}.";
                foreach (string name in stored.Entries.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
                {
                    using Tensor whole = TensorBytes.Read(stored, stored[name]);
                    Assert.InRange(TestContexts.LargestDifference(whole, policy.Parameters[name[prefix.Length..]].grad!) / Ops.Value(whole.abs().max()), 0,
                        1e-6);
                    gradients++;
                }

                Assert.Equal(GoldenObjectives.Number(loss.Value.GetProperty("grad_norm_total")), policy.Parameters.Flat!.Norm(),
                    1e-8 * Math.Max(1, policy.Parameters.Flat!.Norm()));
                CheckFigures(setting.GetProperty("metrics"), figures, options.Loss.NeedsReference);
                CheckPairs(loss.Value, setting.GetProperty("metrics"), options, AnswerScores.Lengths(batch.Answers), scale, $"{loss.Name} {hyper}");
                double rough = Minimise(single, options, singleReference, batch, out _), f32 = GoldenObjectives.Number(loss.Value.GetProperty("value_f32"));
                Assert.True(Math.Abs(rough - f32) <= 2e-5 * Math.Max(scale, 1) + (loss.Name is "sppo_hard" or "ipo_sum" ? 1e-5 * 1e5 : 0),
                    $"{loss.Name} {hyper} in f32: {rough:R} instead of {f32:R}");
            }

            settings++;
        }

        Assert.True(settings > 0);
        Assert.Equal(stored.Entries.Count, gradients);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Losses_PolicyIsReference_HaveTheirFirstValue(string folder)
    {
        GoldenObjectives golden = new(folder);
        using CausalModel policy = golden.Model("reference.safetensors");
        using FrozenReference reference = new(golden.Model("reference.safetensors"));
        JsonElement initial = golden.Json("preference.json").GetProperty("initial");
        int compared = 0;
        foreach (JsonProperty value in initial.GetProperty("values").EnumerateObject())
        {
            double found = Minimise(policy, Options(value.Name, initial), reference, Pairs(golden), out _);
            Assert.True(Math.Abs(found - GoldenObjectives.Number(value.Value)) <= 1e-10 * Math.Abs(found), $"{value.Name}: {found:R} instead of {value.Value}");
            compared++;
        }

        Assert.True(compared > 0);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Kto_EveryCase_EqualsReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        using CausalModel policy = golden.Model();
        using FrozenReference reference = new(golden.Model("reference.safetensors"));
        JsonElement.ArrayEnumerator cases = golden.Json("preference.json").GetProperty("kto").EnumerateArray();
        Assert.NotEmpty(cases);
        double[] ratios = [.. AnswerScores.Constant(policy, Pairs(golden).Answers).Zip(reference.Score(Pairs(golden).Answers), (own, other) => own - other)];
        foreach (JsonElement item in cases)
        {
            KtoOptions options = new()
            {
                Beta = item.GetProperty("beta").GetDouble(),
                DesirableWeight = item.GetProperty("desirable_weight").GetDouble(),
                UndesirableWeight = item.GetProperty("undesirable_weight").GetDouble(),
            };
            using FixedKl moved =
                new(reference, GoldenObjectives.Number(item.GetProperty("kl_policy_logp")) - GoldenObjectives.Number(item.GetProperty("kl_reference_logp")),
                policy);
            using KtoObjective objective = new(policy, options, moved);
            PreferenceBatch batch = Pairs(golden) with { Mismatched = golden.Batch("forget") };
            using (NewDisposeScope())
            {
                Tensor own = tensor(ratios).requires_grad_(true), rows = KtoObjective.PerRow(own, batch.Desirable, item.GetProperty("kl").GetDouble(), options);
                Autograd.Backward(rows.mean());
                AssertClose(item.GetProperty("per_row"), rows, 1e-10);
                AssertClose(item.GetProperty("d_logp"), own.grad!, 1e-10);
            }

            double value = Minimise(policy, objective, batch, out IReadOnlyDictionary<string, double> figures);
            Assert.Equal(GoldenObjectives.Number(item.GetProperty("value")), value, 1e-10);
            Assert.Equal(GoldenObjectives.Number(item.GetProperty("kl")), figures["kl"], 1e-10);
            Assert.Equal(GoldenObjectives.Number(item.GetProperty("grad_norm_total")), policy.Parameters.Flat!.Norm(), 1e-8);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void SharedPrefix_LeftOutOfTheTargets_LeavesTheLoss(string folder)
    {
        GoldenObjectives golden = new(folder);
        JsonElement expected = golden.Json("preference.json").GetProperty("shared_prefix");
        using CausalModel policy = golden.Model();
        using FrozenReference reference = new(golden.Model("reference.safetensors"));
        int row = expected.GetProperty("row").GetInt32(), prefix = expected.GetProperty("prefix_tokens").GetInt32();
        foreach ((string name, int leftOut) in new[] { ("from_problem", 0), ("shared_prefix", prefix) })
        {
            using DisposeScope scope = NewDisposeScope();
            JsonElement wanted = expected.GetProperty(name);
            (double Own, double Other) Scores(string side)
            {
                TokenBatch all = golden.Batch(side);
                int[] kept = [.. Enumerable.Range(0, all.Rows.Length).Where(i => all.Rows[i] / all.Time == row).Skip(leftOut)];
                TokenBatch answers = all with { Rows = [.. kept.Select(i => all.Rows[i])], Targets = [.. kept.Select(i => all.Targets[i])] };
                (double own, double other) = (AnswerScores.Constant(policy, answers)[row], reference.Score(answers)[row]);
                Assert.Equal(wanted.GetProperty(side + "_logp").GetDouble(), own, 1e-10);
                Assert.Equal(wanted.GetProperty(side + "_ref").GetDouble(), other, 1e-10);
                return (own, other);
            }

            ((double a, double b), (double c, double d)) = (Scores("chosen"), Scores("rejected"));
            Tensor One(double value) => tensor(new[] { value });
            PreferenceTerms terms = new(One(a), One(c), One(b), One(d), One(1), One(1), 0.1);
            Assert.Equal(wanted.GetProperty("h").GetDouble(), Ops.Number(terms.H), 1e-10);
            Assert.Equal(wanted.GetProperty("loss_beta0_1").GetDouble(), Ops.Number(PreferenceLosses.All["sigmoid"].PerPair(terms).sum()), 1e-10);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Losses_ExtremeMargins_HaveReferenceValuesAndSlopes(string folder)
    {
        JsonElement[] cases = [.. new GoldenObjectives(folder).Json("preference.json").GetProperty("scalar").EnumerateArray()];
        Assert.NotEmpty(cases);
        foreach (JsonElement item in cases)
        {
            double beta = item.GetProperty("beta").GetDouble(), margin = item.GetProperty("h").GetDouble();
            foreach (JsonProperty loss in item.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Array))
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor chosen = tensor(new[] { margin }).requires_grad_(true), zero = zeros(1, ScalarType.Float64), one = ones(1, ScalarType.Float64);
                Tensor value = PreferenceLosses.All[loss.Name].PerPair(new PreferenceTerms(chosen, zero, zero, zero, one, one, beta)).sum();
                Autograd.Backward(value);
                double[] expected = GoldenObjectives.Numbers(loss.Value);
                Assert.Equal(expected[0], Ops.Number(value), 1e-12 * Math.Max(1, Math.Abs(expected[0])));
                Assert.Equal(expected[1], Ops.Number(chosen.grad!), 1e-12 * Math.Max(1, Math.Abs(expected[1])));
            }
        }
    }

    private static PreferenceBatch Pairs(GoldenObjectives golden)
    {
        TokenBatch answers = golden.Batch("chosen", "rejected");
        return new PreferenceBatch(answers, [.. Enumerable.Range(0, answers.Batch).Select(row => row < answers.Batch / 2)]);
    }

    private static PreferenceOptions Options(string loss, JsonElement hyper)
    {
        double Hyper(string name, double otherwise) => hyper.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : otherwise;
        double beta = Hyper("beta", double.NaN), epsilon = Hyper("eps", 0);
        string name = loss.Replace("fdiv_", "", StringComparison.Ordinal);
        return loss switch
        {
            "simpo" => new SimpoOptions { Beta = beta, Gamma = Hyper("gamma", 0.5), LabelSmoothing = epsilon },
            "cpo" => new CpoOptions { Beta = beta, LabelSmoothing = epsilon },
            "orpo" => new OrpoOptions { Beta = beta },
            "sigmoid+sft" => new DpoOptions { Beta = beta, SftWeight = 1 },
            _ => new DpoOptions { LossType = name, Beta = beta, LabelSmoothing = PreferenceLosses.All[name].Smooths ? epsilon : 0 },
        };
    }

    private static double Minimise(CausalModel policy, PreferenceOptions options, IReferenceModel reference, PreferenceBatch batch,
        out IReadOnlyDictionary<string, double> figures)
    {
        using PreferenceObjective objective = new(policy, options, reference);
        return Minimise(policy, objective, batch, out figures);
    }

    private static double Minimise(CausalModel policy, Objective<PreferenceBatch> objective, PreferenceBatch batch,
        out IReadOnlyDictionary<string, double> figures)
    {
        using DisposeScope scope = NewDisposeScope();
        policy.Parameters.Flat!.ZeroGradients();
        StepFigures sums = new();
        double denominator = objective.Begin([batch], 0);
        Tensor loss = Ops.Scale(objective.Sum(batch, new ObjectivePass(0, 0, new RandomStream(1), sums)), 1 / denominator);
        Autograd.Backward(loss);
        figures = sums.Means();
        return Ops.Number(loss);
    }

    // The formula alone, from the reference's log-probabilities.
    private static void CheckPairs(JsonElement loss, JsonElement metrics, PreferenceOptions options, double[] lengths, double scale, string what)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor Of(string name) => tensor(GoldenObjectives.Numbers(metrics.GetProperty(name)));
        Tensor chosen = Of("logps/chosen").requires_grad_(true), rejected = Of("logps/rejected").requires_grad_(true);
        int pairs = lengths.Length / 2;
        Tensor rows = options.Loss.PerPair(new PreferenceTerms(chosen, rejected, Of("ref_logps/chosen"), Of("ref_logps/rejected"),
            tensor(lengths[..pairs]), tensor(lengths[pairs..]), options.Beta, options.Epsilon, options.Margin));
        Autograd.Backward(rows.mean());
        double tokenLoss = -Ops.Number(chosen.detach().sum()) / lengths[..pairs].Sum();
        AssertClose(loss.GetProperty("per_pair"), Ops.Shift(rows.detach(), options.SftWeight * tokenLoss), 1e-9 * Math.Max(1, scale), what);
        AssertClose(loss.GetProperty("d_chosen_logp"), chosen.grad, 1e-9 * Math.Max(1, scale), what);
        AssertClose(loss.GetProperty("d_rejected_logp"), rejected.grad, 1e-9 * Math.Max(1, scale), what);
    }

    private static void AssertClose(JsonElement expected, Tensor? actual, double tolerance, string what = "")
    {
        double[] wanted = GoldenObjectives.Numbers(expected), given = actual is null ? new double[wanted.Length] : [.. actual.detach().data<double>()];
        Assert.Equal(wanted.Length, given.Length);
        foreach ((double one, double other) in wanted.Zip(given))
        {
            Assert.True(Math.Abs(one - other) <= tolerance, $"{what}: {other:R} instead of {one:R}");
        }
    }

    private static void CheckFigures(JsonElement metrics, IReadOnlyDictionary<string, double> figures, bool hasReference)
    {
        foreach (JsonProperty metric in metrics.EnumerateObject().Where(metric => !metric.Name.StartsWith("ref_", StringComparison.Ordinal) // see CheckPairs
            && (hasReference || !metric.Name.StartsWith("rewards/", StringComparison.Ordinal))))
        {
            double expected = metric.Value.ValueKind == JsonValueKind.Array
                ? GoldenObjectives.Numbers(metric.Value).Average() : GoldenObjectives.Number(metric.Value);
            Assert.True(Math.Abs(expected - figures[metric.Name]) <= 1e-9 * Math.Max(1, Math.Abs(expected)),
                $"{metric.Name}: {figures[metric.Name]:R} instead of {expected:R}");
        }
    }

    /// <summary>A reference whose scores of mismatched answers lie so far from the policy's that the mean log-ratio is a given one.</summary>
    private sealed class FixedKl(IReferenceModel reference, double kl, CausalModel policy) : IReferenceModel
    {
        public double[] Score(TokenBatch answers) => answers.Batch == 4
            ? [.. AnswerScores.Constant(policy, answers).Select(score => score - kl)] : reference.Score(answers);

        public Tensor Compute(Func<CausalModel, Tensor> read) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
