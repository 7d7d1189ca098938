using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Metrics;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Reasoning.PerStepNegatives;
using Palimpsest.Tests.Training.Objectives;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Policies;
using Palimpsest.Training.Objectives.Preferences;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Reasoning;

/// <summary>Every value of the reference set's reasoning: values of steps, pits, pass@k, maj@k, advantages, losses, and the theorem on tables.</summary>
public sealed class GoldenReasoningTests
{
    public static IEnumerable<TheoryDataRow<string>> Folders => GoldenObjectives.Folders;

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Folders))]
    public void Values_FromCounts_EqualReference(string folder)
    {
        JsonElement.ArrayEnumerator cases = File(folder).GetProperty("monte_carlo").EnumerateArray();
        Assert.NotEmpty(cases);
        foreach (JsonElement item in cases)
        {
            int[] problem = Integers(item.GetProperty("rollouts_problem"));
            int[][] prefixes = [.. item.GetProperty("rollouts_prefix").EnumerateArray().Select(Integers)];
            StepValues values = new(problem.Sum(), problem.Length, [.. prefixes.Select(own => (int?)own.Sum())], prefixes[0].Length);
            int last = prefixes.Length;
            Assert.Equal(item.GetProperty("V").GetDouble(), values.Problem);
            Assert.Equal(GoldenObjectives.Numbers(item.GetProperty("Q")), Enumerable.Range(1, last).Select(step => values.Value(step)!.Value));
            Assert.Equal(GoldenObjectives.Numbers(item.GetProperty("advantage")), Enumerable.Range(1, last).Select(step => values.Advantage(step)!.Value));
            Assert.Equal(Integers(item.GetProperty("bok")), Enumerable.Range(1, last).Select(step => values.AnyRight(step) == true ? 1 : 0));
            Assert.Equal(Nullable(item.GetProperty("first_minimum")), values.Pit(PitRule.FirstMinimum));
            Assert.Equal(Nullable(item.GetProperty("first_zero")), values.Pit(PitRule.FirstZero));
            Assert.Equal(Nullable(item.GetProperty("largest_drop")), values.Pit(PitRule.LargestDrop));
            Assert.Equal(Integers(item.GetProperty("critical_abs_advantage_order")), values.Critical());
            if (values.Pit(PitRule.LargestDrop) is int pit)
            {
                Assert.Equal(item.GetProperty("drop").GetDouble(), -values.Advantage(pit)!.Value);
            }

            // What is summed over the steps is the last value less the first.
            double gained = Enumerable.Range(1, last).Sum(step => values.Advantage(step)!.Value);
            Assert.Equal(item.GetProperty("telescopes").GetDouble(), gained - (values.Value(last)!.Value - values.Problem), 1e-12);
            Assert.Equal(Integers(item.GetProperty("positive_advantage_steps")), Enumerable.Range(1, last).Where(step => values.Advantage(step) > 0));

            // Who stops at the first prefix without a right rollout has rolled out from it and from those before.
            Assert.Equal(item.GetProperty("completions_with_early_stop").GetInt32(), prefixes[0].Length * values.Pit(PitRule.FirstZero));
        }

        foreach (JsonElement item in File(folder).GetProperty("pit_by_hand").EnumerateArray())
        {
            int Fifths(double share) => (int)Math.Round(5 * share);
            StepValues values = new(Fifths(item.GetProperty("V").GetDouble()), 5,
                [.. GoldenObjectives.Numbers(item.GetProperty("Q")).Select(q => (int?)Fifths(q))], 5);
            Assert.Equal(Nullable(item.GetProperty("first_minimum")), values.Pit(PitRule.FirstMinimum));
            Assert.Equal(Nullable(item.GetProperty("first_zero")), values.Pit(PitRule.FirstZero));
            Assert.Equal(Nullable(item.GetProperty("largest_drop")), values.Pit(PitRule.LargestDrop));
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Folders))]
    public void Chances_OfSeveralSamples_EqualReference(string folder)
    {
        JsonElement file = File(folder);
        int compared = 0;
        void Same(JsonElement expected, double actual)
        {
            Assert.Equal(expected.GetDouble(), actual, 1e-12);
            compared++;
        }

        foreach (JsonElement item in file.GetProperty("best_of_k").EnumerateArray())
        {
            Same(item.GetProperty("value"), FirstPit.BestOf(item.GetProperty("q").GetDouble(), item.GetProperty("k").GetInt32()));
        }

        foreach (JsonElement row in file.GetProperty("pass_at_k").GetProperty("rows").EnumerateArray())
        {
            Same(row[3], PassAtK.Estimate(row[0].GetInt32(), row[1].GetInt32(), row[2].GetInt32()));
        }

        foreach (JsonElement item in file.GetProperty("maj_at_k").EnumerateArray())
        {
            string? gold = item.GetProperty("gold").GetString();
            (string?, bool)[] samples = [.. item.GetProperty("answers").EnumerateArray().Select(answer => (answer.GetString(), answer.GetString() == gold))];
            for (int k = 1; k <= samples.Length; k++)
            {
                Same(item.GetProperty("first_k")[k - 1], MajorityVote.OfFirst(samples, k));
                Same(item.GetProperty("expected_tie_first")[k - 1], MajorityVote.Expected(samples, k)!.Value);
                Same(item.GetProperty("expected_tie_share")[k - 1], MajorityVote.Expected(samples, k, shares: true)!.Value);
            }
        }

        foreach (JsonElement item in file.GetProperty("advantages").EnumerateArray())
        {
            double[] rewards = GoldenObjectives.Numbers(item.GetProperty("rewards"));
            foreach ((string name, double[] actual) in new[]
            {
                ("rloo", GroupAdvantages.LeaveOneOut(rewards)), ("centred", GroupAdvantages.MeanBaseline(rewards)),
                ("grpo", GroupAdvantages.Standardized(rewards, sample: true)), ("grpo_population_std", GroupAdvantages.Standardized(rewards)),
            })
            {
                Assert.Equal(GoldenObjectives.Numbers(item.GetProperty(name)), actual, (a, b) => Math.Abs(a - b) <= 1e-12);
                compared++;
            }
        }

        Assert.True(compared > 0);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Folders))]
    public void PolicyGradients_EveryForm_EqualReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        JsonElement item = File(folder).GetProperty("policy_gradient");
        using CausalModel policy = golden.Model();
        using FrozenReference reference = new(golden.Model("reference.safetensors"));
        TokenBatch answers = golden.Batch(item.GetProperty("batch").GetString()!);
        double[] advantages = GoldenObjectives.Numbers(item.GetProperty("advantages"));
        double[] weights = [.. PreferenceBatch.RowsOf(answers).Select(row => advantages[row])];
        double[] sampled = [.. item.GetProperty("old_logps_per_token").EnumerateArray().SelectMany(GoldenObjectives.Numbers)];
        using (NewDisposeScope())
        {
            Tensor Of(CausalModel model) => tensor(LogProbabilities(model, answers));
            Tensor behind = Ops.Subtract(Of(golden.Model("reference.safetensors")), Of(golden.Model()));
            AssertClose([[.. item.GetProperty("k3_per_token").EnumerateArray().SelectMany(GoldenObjectives.Numbers)]],
                [[.. Ops.Shift(Ops.Subtract(behind.exp(), behind), -1).data<double>()]], 1e-10);
        }

        double clip = item.GetProperty("clip").GetDouble();
        JsonProperty[] losses = [.. item.GetProperty("losses").EnumerateObject()];
        Assert.NotEmpty(losses);
        foreach (JsonProperty loss in losses)
        {
            // The key names the form, and a constant or a weight in it.
            PolicyGradientOptions plain = new() { Clip = loss.Name.StartsWith("clip", StringComparison.Ordinal) ? clip : 0 };
            PolicyGradientOptions options = loss.Name.Split(':', ' ')[0] switch
            {
                "rloo_sequence_mean" => plain,
                "token_normalised" or "clip_per_token" => plain with { Mean = PolicyMean.Tokens },
                "clip_per_sequence" => plain with
                {
                    Mean = PolicyMean.TokensOfAnswers,
                    KlWeight = loss.Name.Contains("0.04 k3", StringComparison.Ordinal)
                    ? 0.04 : 0
                },
                "clip_constant16" => plain with { Mean = PolicyMean.Constant, Length = 16 },
                _ => throw new NotSupportedException(loss.Name),
            };
            Assert.Equal(loss.Value.GetProperty("value").GetDouble(), Minimise(policy, options, new WeightedBatch(answers, weights, sampled), reference),
                1e-10);
            Assert.Equal(loss.Value.GetProperty("grad_norm_total").GetDouble(), policy.Parameters.Flat!.Norm(), 1e-8);
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Folders))]
    public void WeightedSteps_EveryBeta_EqualReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        using CausalModel policy = golden.Model();
        TokenBatch answers = golden.Batch(File(folder).GetProperty("policy_gradient").GetProperty("batch").GetString()!);
        JsonElement.ArrayEnumerator cases = File(folder).GetProperty("step_weighted").EnumerateArray();
        Assert.NotEmpty(cases);
        foreach (JsonElement item in cases)
        {
            double beta = item.GetProperty("beta").GetDouble();
            double[] weighted = PerToken(item, answers, advantage => Math.Exp(advantage / beta)),
                filtered = PerToken(item, answers, advantage => advantage > 0 ? 1 : 0);
            double value = Minimise(policy, new PolicyGradientOptions(), new WeightedBatch(answers, weighted, null));
            double[] rows = new double[answers.Batch];
            IEnumerable<double> parts = LogProbabilities(golden.Model(), answers).Zip(weighted, (log, weight) => log * weight);
            foreach ((long row, double part) in PreferenceBatch.RowsOf(answers).Zip(parts))
            {
                rows[row] += part;
            }

            Assert.All(GoldenObjectives.Numbers(item.GetProperty("per_row_weighted_logp")).Zip(rows), pair => Assert.Equal(1, pair.Second / pair.First, 1e-10));
            Assert.Equal(1, value / item.GetProperty("value").GetDouble(), 1e-10);
            Assert.Equal(1, policy.Parameters.Flat!.Norm() / item.GetProperty("grad_norm_total").GetDouble(), 1e-9);

            // Tokens without a weight are no targets, so that the mean goes over the others.
            int[] kept = [.. Enumerable.Range(0, filtered.Length).Where(i => filtered[i] > 0)];
            Assert.Equal(item.GetProperty("advantage_filtered_tokens").GetInt32(), kept.Length);
            TokenBatch positive = answers with { Rows = [.. kept.Select(i => answers.Rows[i])], Targets = [.. kept.Select(i => answers.Targets[i])] };
            value = Minimise(policy, new PolicyGradientOptions { Mean = PolicyMean.Tokens }, new WeightedBatch(positive, [.. kept.Select(_ => 1.0)], null));
            Assert.Equal(item.GetProperty("advantage_filtered_sft").GetDouble(), value, 1e-10);
            Assert.Equal(item.GetProperty("advantage_filtered_grad_norm").GetDouble(), policy.Parameters.Flat!.Norm(), 1e-8);
        }
    }

    /// <summary>Theorem 6.1: on tables, preferences by Bradley and Terry in the advantages and likelihood weighted by e^(A/β) have one optimum.</summary>
    [Theory(SkipTestWithoutData = true), MemberData(nameof(Folders))]
    public void Theorem_BothObjectives_HaveTheSameOptimum(string folder)
    {
        JsonElement.ArrayEnumerator tables = File(folder).GetProperty("tabular_theorem").EnumerateArray();
        Assert.NotEmpty(tables);
        foreach (JsonElement table in tables)
        {
            double beta = table.GetProperty("beta").GetDouble();
            double[][] start = Table(table, "pi_sft"), advantage = Table(table, "advantage"), optimum = Table(table, "optimum");
            (double nll, double[][] nllSlope) = TabularTheorem.Weighted(start, start, advantage, beta);
            (double dpo, double[][] dpoSlope) = TabularTheorem.Dpo(start, start, advantage, beta);
            JsonElement first = table.GetProperty("at_pi_sft"), last = table.GetProperty("at_optimum");
            Assert.Equal(1, nll / first.GetProperty("weighted_nll").GetDouble(), 1e-10);
            Assert.Equal(1, dpo / first.GetProperty("dpo").GetDouble(), 1e-10);
            AssertClose(Table(first, "d_weighted_nll"), nllSlope, 1e-10 * Math.Max(1, nll));
            AssertClose(Table(first, "d_dpo"), dpoSlope, 1e-10);
            AssertClose(optimum, TabularTheorem.Optimum(start, advantage, beta), 1e-10);
            (nll, nllSlope) = TabularTheorem.Weighted(optimum, start, advantage, beta);
            (dpo, dpoSlope) = TabularTheorem.Dpo(optimum, start, advantage, beta);
            Assert.Equal(1, nll / last.GetProperty("weighted_nll").GetDouble(), 1e-10);
            Assert.Equal(1, dpo / last.GetProperty("dpo").GetDouble(), 1e-10);
            Assert.All(nllSlope.Concat(dpoSlope), row => Assert.All(row, slope => Assert.Equal(0, slope / Math.Max(1, nll), 1e-10)));
        }
    }

    private static void AssertClose(double[][] expected, double[][] actual, double tolerance) =>
        Assert.All(expected.Zip(actual).SelectMany(rows => rows.First.Zip(rows.Second)), pair => Assert.Equal(pair.First, pair.Second, tolerance));

    private static double[] PerToken(JsonElement item, TokenBatch answers, Func<double, double> weight)
    {
        List<double> weights = [];
        double[] lengths = AnswerScores.Lengths(answers);
        foreach ((int row, JsonElement ranges) in item.GetProperty("step_token_ranges").EnumerateArray().Index())
        {
            double[] own = new double[(int)lengths[row]];
            foreach ((int step, JsonElement range) in ranges.EnumerateArray().Index())
            {
                own.AsSpan(range[0].GetInt32()..range[1].GetInt32()).Fill(weight(item.GetProperty("advantages")[row][step].GetDouble()));
            }

            weights.AddRange(own);
        }

        return [.. weights];
    }

    // One number a target. Takes the model.
    private static double[] LogProbabilities(CausalModel model, TokenBatch answers)
    {
        using CausalModel own = model;
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return [.. own.LogProbabilities(own.Hidden(answers), answers.Rows, answers.Targets).to(ScalarType.Float64, CPU).data<double>()];
    }

    private static double Minimise(CausalModel policy, PolicyGradientOptions options, WeightedBatch batch, IReferenceModel? reference = null)
    {
        using PolicyGradientObjective objective = new(policy, options, reference);
        using DisposeScope scope = NewDisposeScope();
        policy.Parameters.Flat!.ZeroGradients();
        double denominator = objective.Begin([batch], 0);
        Tensor loss = Ops.Scale(objective.Sum(batch, new ObjectivePass(0, 0, new RandomStream(1), new StepFigures())), 1 / denominator);
        Autograd.Backward(loss);
        return Ops.Number(loss);
    }

    private static double[][] Table(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(GoldenObjectives.Numbers)];

    private static JsonElement File(string folder) => new GoldenObjectives(folder).Json("reasoning.json");

    private static int[] Integers(JsonElement element) => [.. element.EnumerateArray().Select(number => number.GetInt32())];

    private static int? Nullable(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();
}
