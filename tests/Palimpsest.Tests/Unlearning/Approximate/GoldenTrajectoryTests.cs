using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Tests.Training.Objectives;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Schedules;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.Approximate.Losses;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Unlearning.Approximate;

/// <summary>The ten-step runs of the reference set, through the trainer.</summary>
public sealed class GoldenTrajectoryTests
{
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Runs_EveryMethod_EqualReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        using SafetensorsFile stored = golden.Tensors("trajectory_weights.safetensors");
        int weights = 0;
        foreach (JsonProperty run in golden.Json("unlearning.json").GetProperty("trajectories").EnumerateObject())
        {
            using CausalModel policy = golden.Model(type: ComputeType.F32);
            using FrozenReference reference = new(golden.Model(type: ComputeType.F32));
            using UnlearningObjective objective =
                UnlearningObjective.Of(policy, Options(run.Name), GoldenUnlearning.Models(golden, reference), new RandomStream(1));
            double[] losses = GoldenObjectives.Numbers(run.Value.GetProperty("loss")), norms = GoldenObjectives.Numbers(run.Value.GetProperty("grad_norm"));
            TrainOptions options = new()
            {
                Steps = losses.Length,
                LearningRate = 2e-3,
                Schedule = ScheduleKind.Constant,
                WarmupSteps = 0,
                ClipNorm = 0,
                Optimizer = new AdamWOptions { Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8, WeightDecay = 0.01, DecayAll = true },
            };
            using Trainer<ForgetRetainBatch> trainer =
                new(Trainable.Whole(policy), objective, options, new TwoRows(golden.Batch("forget"), golden.Batch("retain")), new RandomStream(1));
            List<TrainProgress> steps = [];
            trainer.Run(steps.Add);
            Assert.Equal(losses.Length, steps.Count);
            Assert.All(steps.Zip(losses, norms), step =>
            {
                Assert.True(Math.Abs(step.First.Loss - step.Second) <= 1e-3 * Math.Abs(step.Second), $"{run.Name}: {step.First.Loss} instead of {step.Second}");
                Assert.True(Math.Abs(step.First.GradientNorm - step.Third) <= 1e-3 * step.Third,
                    $"{run.Name}: {step.First.GradientNorm} instead of {step.Third}");
            });
            foreach (string key in stored.Entries.Keys.Where(key => key.StartsWith(run.Name + ".", StringComparison.Ordinal)))
            {
                using Tensor expected = TensorBytes.Read(stored, stored[key]);
                Assert.InRange(TestContexts.LargestDifference(expected, policy.Parameters[key[(run.Name.Length + 1)..]].detach()), 0, 1e-3);
                weights++;
            }

            foreach (string side in new[] { "forget", "retain" })
            {
                TokenBatch batch = golden.Batch(side);
                double nll = -AnswerScores.Constant(policy, batch).Sum() / batch.Targets.Length;
                Assert.Equal(run.Value.GetProperty("after").GetProperty(side + "_nll").GetDouble(), nll, 1e-3 * nll);
            }
        }

        Assert.Equal(stored.Entries.Count, weights);
        Assert.True(weights > 0);
    }

    private static UnlearningOptions Options(string run) => run switch
    {
        "ga" => new GradientAscentOptions(),
        "graddiff" => new GradDiffOptions(),
        "npo" => new NpoOptions(),
        "simnpo" => new SimNpoOptions(),
        "rmu" => new RmuOptions { Layer = 1, Compat = true },
        "rmu-tokenmean" => new RmuOptions { Layer = 1 },
        _ => throw new InvalidOperationException($"No options for the run {run}."),
    };

    /// <summary>Rows 2k and 2k + 1, modulo the number of rows, of both sets; their width stays that of the whole.</summary>
    private sealed class TwoRows(TokenBatch forget, TokenBatch retain) : IBatchSource<ForgetRetainBatch>
    {
        private int _next;

        public ForgetRetainBatch Next() => new(Rows(forget, 2 * _next), Rows(retain, 2 * _next++));

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor) => throw new NotSupportedException();

        private static TokenBatch Rows(TokenBatch whole, int first)
        {
            int from = first % whole.Batch;
            int[] kept = [.. Enumerable.Range(0, whole.Rows.Length).Where(i => whole.Rows[i] / whole.Time is long row && row >= from && row < from + 2)];
            return new TokenBatch(whole.Ids[(from * whole.Time)..((from + 2) * whole.Time)], 2, whole.Time,
                [.. kept.Select(i => whole.Rows[i] - (from * whole.Time))], [.. kept.Select(i => whole.Targets[i])], whole.Lengths!.Skip(from).Take(2).Sum())
            {
                Lengths = [.. whole.Lengths!.Skip(from).Take(2)],
            };
        }
    }
}
