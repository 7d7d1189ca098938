using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Meters;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Ranks;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training;

/// <summary>One step of a trainer: the passes over a window of batches, the sum over processes, edits, clipping, and the optimizer.</summary>
/// <typeparam name="TBatch">What one forward and backward pass is made of.</typeparam>
/// <param name="trainable">What is trained.</param>
/// <param name="objective">What is minimised.</param>
/// <param name="options">Settings.</param>
/// <param name="optimizer">Takes the step.</param>
/// <param name="random">All draws of the training.</param>
internal sealed class TrainStep<TBatch>(Trainable trainable, Objective<TBatch> objective, TrainOptions options, IOptimizer optimizer, RandomStream random)
{
    private readonly IGradientStore _gradients = optimizer.Gradients ?? trainable.Gradients;
    private readonly RandomStream _dropout = random.Child("dropout");

    /// <summary>Reads the allocator in the course of the step.</summary>
    public MemoryMeter Meter { get; } = new(trainable, optimizer);

    /// <summary>The processes that share the step's batches.</summary>
    public IRanks Ranks { get; set; } = LoneRank.Instance;

    /// <summary>Takes the step, unless loss or gradient is no number.</summary>
    /// <param name="window">Batches, those of other processes among them.</param>
    /// <param name="step">Steps taken before.</param>
    /// <param name="rate">Learning rate.</param>
    /// <returns>What the step found; with a loss or norm that is not finite nothing was changed.</returns>
    public (double Loss, double Norm, IReadOnlyDictionary<string, double> Figures) Take(IReadOnlyList<TBatch> window, int step, double rate)
    {
        StepFigures figures = new();
        double denominator = objective.Begin(window, step), loss = 0, norm;
        using DisposeScope scope = NewDisposeScope();
        Meter.Begin();

        // Only while the step lasts: an evaluation between two steps is one of the whole model.
        using (ITrainingMode? mode = trainable.Mode?.Invoke(options))
        {
            _gradients.Zero();
            for (int i = Ranks.Rank; i < window.Count; i += Ranks.Count)
            {
                loss += Pass(window[i], step, i, denominator, mode, figures);
            }

            loss = AddUp(loss, figures);
            for (int i = 0; i < trainable.Edits.Count; i++)
            {
                trainable.Edits[i].Edit(trainable.Parameters, Numbered(random.Child("edit", Text(i)), step));
            }

            norm = _gradients.Norm();
            if (norm == 0 && denominator > 0 && options.CheckpointBlocks && step == 0)
            {
                throw NothingTrained(); // blocks that are computed again do not know beforehand whether anything in them is trained
            }
        }

        if (double.IsFinite(loss) && double.IsFinite(norm))
        {
            GradientClipping.Apply(_gradients, norm, options.ClipNorm);
            optimizer.Step(rate);
            Meter.AfterStep();
            if (trainable.Projection is IStepProjection projection)
            {
                trainable.Parameters.ForEachChunk(projection.Project);
            }
        }

        return (loss, norm, figures.Means());
    }

    private double AddUp(double loss, StepFigures figures)
    {
        optimizer.Agree();
        foreach (Tensor gradients in Ranks.Count > 1 ? _gradients.Buffers : [])
        {
            Ranks.Sum(gradients);
        }

        figures.Sum(Ranks);
        Span<double> sum = [loss];
        Ranks.Sum(sum);
        return sum[0];
    }

    private double Pass(TBatch batch, int step, int index, double denominator, ITrainingMode? mode, StepFigures figures)
    {
        using DisposeScope pass = NewDisposeScope();
        mode?.BeginPass(Numbered(_dropout, step).Child(Text(index)));
        Tensor share = tensor((float)(1.0 / Math.Max(1, denominator)), device: trainable.Parameters.Values.device);
        ObjectivePass place = new(step, index, Numbered(random.Child("objective"), step).Child(Text(index)), figures);
        Tensor loss = objective.Sum(batch, place).mul(share);
        if (!loss.requires_grad)
        {
            throw NothingTrained();
        }

        Meter.AfterForward();
        Autograd.Backward(loss);
        Meter.AfterBackward();
        return Ops.Number(loss);
    }

    private static RandomStream Numbered(RandomStream stream, int number) => stream.Child(Text(number));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static InvalidOperationException NothingTrained() =>
        new("Nothing that is trained takes part in the loss. Activate an adapter before it is trained, and do not merge it.");
}
