using Palimpsest.Data.Batches;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Schedules;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>A softmax regression tuned as an owner is: the trainer, a shipped optimizer and a projection.</summary>
/// <param name="Vectors">The task vector after each step.</param>
/// <param name="Gradients">The gradient of each step.</param>
/// <param name="Losses">Before each step, and at the end.</param>
internal sealed record SoftmaxTuning(IReadOnlyList<float[]> Vectors, IReadOnlyList<float[]> Gradients, IReadOnlyList<double> Losses)
{
    private const int Steps = 10;

    /// <param name="task">The data.</param>
    /// <param name="origin">The base.</param>
    /// <param name="optimizer">The rule.</param>
    /// <param name="projection">Keeps the signs; or null.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="before">Projects between gradient and step, as the paper's algorithm is printed, instead of after the step.</param>
    public static SoftmaxTuning Run(SoftmaxTask task, float[] origin, OptimizerOptions optimizer, IStepProjection? projection, double rate, bool before)
    {
        using FlatParameters parameters = new(new ParameterLayout([("all", [(long)origin.Length])]));
        parameters.Load(origin);
        using Objective objective = new(task, parameters["all"]);
        Recorder recorder = new(before ? projection : null);
        TrainOptions options =
            new()
            {
                Steps = Steps,
                LearningRate = rate,
                Schedule = ScheduleKind.Constant,
                WarmupSteps = 0,
                ClipNorm = 0,
                Optimizer = optimizer,
                CheckpointEvery = 0
            };
        List<float[]> vectors = [];
        List<double> losses = [];
        using Trainer<int> trainer =
            new(new Trainable(parameters) { Edits = [recorder], Projection = before ? null : projection }, objective, options, new Always(),
            new RandomStream(1));
        trainer.Run(progress =>
        {
            float[] vector = new float[origin.Length];
            parameters.ReadDifference(origin, vector);
            vectors.Add(vector);
            losses.Add(progress.Loss);
        });
        float[] last = new float[origin.Length];
        parameters.Read(last);
        losses.Add(task.Loss([.. last.Select(value => (double)value)]));
        return new SoftmaxTuning(vectors, recorder.Gradients, losses);
    }

    private sealed class Recorder(IStepProjection? projection) : IGradientEdit
    {
        public List<float[]> Gradients { get; } = [];

        public void Edit(FlatParameters parameters, RandomStream random)
        {
            Gradients.Add(TensorBytes.ToArray(parameters.Gradients));
            if (projection is not null)
            {
                parameters.ForEachChunk(projection.Project);
            }
        }
    }

    private sealed class Always : IBatchSource<int>
    {
        public int Next() => 0;

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor)
        {
        }
    }

    private sealed class Objective(SoftmaxTask task, Tensor theta) : Objective<int>
    {
        private readonly Tensor _x =
            tensor(task.X.SelectMany(row => row.Select(value => (float)value)).ToArray(), [task.X.Length, SoftmaxTask.Features]).DetachFromDisposeScope();
        private readonly Tensor _y = tensor(task.Y.Select(value => (long)value).ToArray()).DetachFromDisposeScope();

        public override int Tokens(int batch) => task.Y.Length;

        public override double Begin(IReadOnlyList<int> window, int step) => task.Y.Length;

        public override Tensor Sum(int batch, ObjectivePass pass)
        {
            // W [classes, features] row-major, then b [classes]
            Tensor weight = theta.narrow(0, 0, SoftmaxTask.Classes * SoftmaxTask.Features).view(SoftmaxTask.Classes, SoftmaxTask.Features);
            Tensor logits = Ops.Add(_x.matmul(weight.t()), theta.narrow(0, SoftmaxTask.Classes * SoftmaxTask.Features, SoftmaxTask.Classes));
            return nn.functional.cross_entropy(logits, _y, reduction: nn.Reduction.Sum);
        }

        protected override void Dispose(bool disposing)
        {
            _x.Dispose();
            _y.Dispose();
            base.Dispose(disposing);
        }
    }
}
