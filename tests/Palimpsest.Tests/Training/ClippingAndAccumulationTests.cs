using System.Globalization;
using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training;

/// <summary>Clipping against torch's <c>clip_grad_norm_</c>, and the loss of a step that is spread over several batches against the mean over all of its
/// tokens.</summary>
public sealed class ClippingAndAccumulationTests
{
    public static IEnumerable<TheoryDataRow<string, int, string>> Cases() => OptimData.Rows("clip", "name", entry =>
        entry.GetProperty("norm_type").ValueKind != JsonValueKind.Number || entry.GetProperty("norm_type").GetDouble() != 2
            ? "Only the Euclidean norm is taken."
        : entry.GetProperty("total_norm").ValueKind != JsonValueKind.Number ? "A training with a norm that is not finite ends with an error instead."
        : entry.GetProperty("max_norm").GetDouble() == 0 ? "A largest norm of 0 means no limit." : null);

    public static IEnumerable<TheoryDataRow<string, int>> Splits() =>
        from set in OptimData.Sets() from batches in new[] { 1, 2, 4, 8 } select new TheoryDataRow<string, int>(set, batches);

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Apply_GoldenGradients_AreScaledAsByTorch(string set, int number, string name)
    {
        OptimData data = OptimData.Of(set);
        JsonElement entry = data.Index("clip")[number];
        using SafetensorsFile golden = data.Open("clip.safetensors");
        using FlatParameters parameters =
            new(new ParameterLayout(Enumerable.Range(0, entry.GetProperty("tensors").GetInt32()).Select(i =>
            ($"t{i}", golden[$"{name}.in.{i}"].Shape.ToArray()))));
        for (int i = 0; i < parameters.Layout.Slots.Count; i++)
        {
            OptimData.Put(parameters[$"t{i}"].grad!, OptimData.Floats(golden, $"{name}.in.{i}"));
        }

        IGradientStore gradients = parameters;
        double norm = gradients.Norm(), wanted = entry.GetProperty("total_norm").GetDouble();
        Assert.InRange(norm / Math.Max(wanted, double.Epsilon), wanted > 0 ? 1 - 1e-5 : 0, 1 + 1e-5);
        GradientClipping.Apply(gradients, norm, entry.GetProperty("max_norm").GetDouble());
        for (int i = 0; i < parameters.Layout.Slots.Count; i++)
        {
            Assert.All(OptimData.Floats(golden, $"{name}.out.{i}").Zip(TensorBytes.ToArray(parameters[$"t{i}"].grad!)), pair =>
                Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-5 * Math.Abs(pair.First)));
        }
    }

    [Theory]
    [MemberData(nameof(Splits), DisableDiscoveryEnumeration = true)]
    public void Run_WindowSplitAnyWay_TakesTheGradientOfTheMeanOverAllTokens(string set, int batches)
    {
        OptimData data = OptimData.Of(set);
        using SafetensorsFile golden = data.Open("grad_accum.safetensors");
        using FlatParameters parameters = new(new ParameterLayout([("w", golden["w"].Shape.ToArray())]));
        float[] start = OptimData.Floats(golden, "w");
        OptimData.Put(parameters["w"], start);
        using Sequences sequences = new(golden, parameters["w"]);

        // One step of plain descent with a rate of 1 takes the gradient off the parameters.
        using Trainer<int[]> trainer = new(
            new Trainable(parameters),
            sequences,
            new TrainOptions
            {
                Steps = 1,
                Accumulate = batches,
                LearningRate = 1,
                Schedule = ScheduleKind.Constant,
                WarmupSteps = 0,
                ClipNorm = 0,
                Optimizer = new SgdOptions { Momentum = 0 },
                CheckpointEvery = 0
            },
            new Parts(sequences.Count / batches),
            new RandomStream(7, "train"));
        double loss = 0;
        trainer.Run(progress => loss = progress.Loss);
        Assert.Equal(data.Index().GetProperty("gradient_accumulation").GetProperty("loss_correct").GetDouble(), loss, 1e-5);
        Assert.All(OptimData.Floats(golden, "grad.correct").Zip(TensorBytes.ToArray(parameters["w"]), start), item =>
            Assert.Equal(item.First, item.Third - item.Second, 1e-6));
    }

    /// <summary>Softmax regression on the sequences of the reference; a batch is some of their numbers.</summary>
    private sealed class Sequences(SafetensorsFile golden, Tensor weight) : Objective<int[]>
    {
        private const int Ignored = -100;
        private readonly Tensor _x = Load(golden, "x", ScalarType.Float32), _labels = Load(golden, "labels", ScalarType.Int64);

        public int Count => (int)_x.shape[0];

        public override int Tokens(int[] batch) => batch.Length;

        public override double Begin(IReadOnlyList<int[]> window, int step) =>
            window.Sum(batch => batch.Sum(i => Next(i).data<long>().Count(label => label != Ignored)));

        public override Tensor Sum(int[] batch, ObjectivePass pass)
        {
            Tensor sum = zeros(1);
            foreach (int i in batch)
            {
                // [positions - 1, classes]: each position but the last tells the label of the next.
                Tensor logits = _x[i].narrow(0, 0, _x.shape[1] - 1).matmul(weight.t());
                sum = Ops.Add(sum, nn.functional.cross_entropy(logits, Next(i), ignore_index: Ignored, reduction: nn.Reduction.Sum));
            }

            return sum;
        }

        protected override void Dispose(bool disposing)
        {
            _x.Dispose();
            _labels.Dispose();
            base.Dispose(disposing);
        }

        private Tensor Next(int i) => _labels[i].narrow(0, 1, _labels.shape[1] - 1);

        private static Tensor Load(SafetensorsFile file, string name, ScalarType type)
        {
            using DisposeScope scope = NewDisposeScope();
            return TensorBytes.Read(file, file[name]).flatten(0, 1).to(type).DetachFromDisposeScope();
        }
    }

    private sealed class Parts(int size) : IBatchSource<int[]>
    {
        private int _next;

        public int[] Next() => [.. Enumerable.Range(size * _next++, size)];

        public string SaveCursor() => _next.ToString(CultureInfo.InvariantCulture);

        public void RestoreCursor(string cursor) => _next = int.Parse(cursor, CultureInfo.InvariantCulture);
    }
}
