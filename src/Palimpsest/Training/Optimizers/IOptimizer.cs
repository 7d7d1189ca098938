using Palimpsest.Torch;
using Palimpsest.Training.Ranks;
using static TorchSharp.torch;

namespace Palimpsest.Training.Optimizers;

/// <summary>A rule that changes parameters along their gradients. A new one is one file with its options and one line in <c>OptimizerRegistry</c>.</summary>
/// <remarks>Owned by its creator, in no scope. Given the same parameters, gradients, state and count of steps a step gives the same bits, so that a resumed run equals an uninterrupted one.</remarks>
public interface IOptimizer : IDisposable
{
    /// <summary>All that has to be kept besides the parameters and the count of steps: tensors of any shape and type, by the names that checkpoints give them.
    /// Read and written in place; the optimizer owns them.</summary>
    IReadOnlyList<(string Name, Tensor Values)> State { get; }

    /// <summary>Steps taken; set together with <see cref="State"/> when resuming.</summary>
    long StepCount { get; set; }

    /// <summary>Where the gradients lie if not where they do by themselves; the trainer then zeroes it before the first pass of every step, and measures and
    /// scales it after the last.</summary>
    /// <value>The default is null: the trainable's.</value>
    IGradientStore? Gradients => null;

    /// <summary>From now on every process adds its share of a step's gradients, and all take the same step; before the first one.</summary>
    /// <param name="ranks">The processes.</param>
    /// <exception cref="PalimpsestException">The settings are for one process.</exception>
    void Join(IRanks ranks)
    {
    }

    /// <summary>Settles what depends on the gradients of all passes, and of all processes: after the last pass of a step, before gradients are added
    /// up.</summary>
    void Agree()
    {
    }

    /// <summary>Takes a step. The gradients are used up: what they hold afterwards is undefined.</summary>
    /// <param name="learningRate">The rate of this step; parameter groups scale it.</param>
    void Step(double learningRate);
}
