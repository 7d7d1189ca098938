using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives;

/// <summary>What a training minimises: a differentiable sum over each batch, divided over a whole step by a denominator of the objective's choice (tokens,
/// rows, an expected number).</summary>
/// <remarks>
/// An objective holds the models that it computes with; the trainer knows none of them. A batch may be several (forget and retain), and the objective may turn
/// from one to another with the step. Not thread-safe.
/// </remarks>
/// <typeparam name="TBatch">What one forward and backward pass is made of.</typeparam>
public abstract class Objective<TBatch> : IDisposable
{
    /// <summary>What a resumed run must have in common, such as the objective's name and settings.</summary>
    public virtual string Settings => "";

    /// <summary>Tensors that a resumed run needs, such as dual variables or running normalisers; read and written in place, owned by the objective.</summary>
    /// <value>The default is none.</value>
    public virtual IReadOnlyList<(string Name, Tensor Values)> State => [];

    /// <summary>Real tokens of a batch, without padding, for the speed.</summary>
    public abstract int Tokens(TBatch batch);

    /// <summary>Looks at all batches of a step before its first pass.</summary>
    /// <param name="window">The batches, at least one.</param>
    /// <param name="step">Optimizer steps taken before.</param>
    /// <returns>What the sums of the batches are divided by; below 1 counts as 1 where it is a number of things, so an empty step has a loss of 0.</returns>
    public abstract double Begin(IReadOnlyList<TBatch> window, int step);

    /// <summary>The differentiable sum over a batch of the window.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="pass">Its number in the step, random draws, and figures for the log.</param>
    /// <returns>One number that requires a gradient, in the caller's scope.</returns>
    public abstract Tensor Sum(TBatch batch, ObjectivePass pass);

    /// <summary>Called after the optimizer's step, for instance to move dual variables.</summary>
    /// <param name="step">Steps taken, this one included.</param>
    /// <param name="figures">What the passes reported, and <c>loss</c>.</param>
    public virtual void End(int step, IReadOnlyDictionary<string, double> figures)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the objective owns: its state, not the models that it was given.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
