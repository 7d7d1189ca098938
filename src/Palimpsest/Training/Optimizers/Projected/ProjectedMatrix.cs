using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Ranks;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training.Optimizers.Projected;

/// <summary>A matrix whose gradient is formed in its layer's backward pass, in whatever form the method keeps it.</summary>
internal abstract class ProjectedMatrix : IGradientObserver, IDisposable
{
    /// <summary>Prepares a gradient of zero.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="gradientShape">Shape of what is kept of its gradient.</param>
    protected ProjectedMatrix(ProjectedSlot matrix, params ReadOnlySpan<long> gradientShape) =>
        (Matrix, Gradient) = (matrix, zeros(gradientShape.ToArray()).DetachFromDisposeScope());

    /// <summary>The matrix.</summary>
    public ProjectedSlot Matrix { get; }

    /// <summary>What is kept of the gradient of a step: the sum over its passes. f32.</summary>
    public Tensor Gradient { get; }

    /// <inheritdoc/>
    public bool KeepsGradient => false;

    /// <summary>All that a resumed run needs.</summary>
    public abstract IEnumerable<(string Name, Tensor Values)> State { get; }

    /// <summary>What projects its gradient, as far as it lies in memory.</summary>
    public virtual IEnumerable<Tensor> Projectors => [];

    /// <summary>Zeroes the gradient before the first pass of a step.</summary>
    /// <param name="step">Steps taken before it.</param>
    public virtual void Begin(long step) => Gradient.zero_();

    /// <inheritdoc/>
    public void Observe(Tensor input, Tensor outputGradient, long firstRow)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Add(input, outputGradient);
    }

    /// <inheritdoc cref="IOptimizer.Join"/>
    public virtual void Join(IRanks ranks)
    {
    }

    /// <inheritdoc cref="IOptimizer.Agree"/>
    public virtual void Agree()
    {
    }

    /// <summary>Makes the gradient complete after the last pass; called any number of times.</summary>
    public virtual void Settle()
    {
    }

    /// <summary>Changes the values; what the gradient holds afterwards is undefined.</summary>
    /// <param name="rate">Learning rate of the matrix.</param>
    /// <param name="step">Number of the step, 0 for the first.</param>
    public abstract void Step(double rate, long step);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Gradient.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a pass's share to the gradient; what it makes besides dies with the call.</summary>
    /// <param name="input">[rows, in]</param>
    /// <param name="outputGradient">[rows, out]</param>
    protected abstract void Add(Tensor input, Tensor outputGradient);

    /// <summary>The whole gradient of a pass. [out, in], f32.</summary>
    protected static Tensor Whole(Tensor input, Tensor outputGradient) => outputGradient.t().mm(input).to_type(ScalarType.Float32);

    /// <summary>target += a b, without a tensor in between where all are f32.</summary>
    protected static void AddProduct(Tensor target, Tensor a, Tensor b)
    {
        if (a.dtype == ScalarType.Float32)
        {
            target.addmm_(a, b, 1f, 1f);
        }
        else
        {
            Ops.AddInPlace(target, a.mm(b).to_type(ScalarType.Float32));
        }
    }

    /// <summary>Passes over a gradient and its moments block by block.</summary>
    /// <param name="gradient">Contiguous, f32.</param>
    /// <param name="moments">Of its shape.</param>
    /// <param name="update">Changes a block of the gradient, the first and the second moments.</param>
    protected static unsafe void Turn(Tensor gradient, AdamMoments moments, BlockUpdate update)
    {
        float* g = (float*)TensorMemory.Address(gradient);
        moments.ForEachBlock((at, m, v) => update(new Span<float>(g + at, m.Length), m, v));
    }

    /// <summary>Changes a run of a gradient and of its moments.</summary>
    protected delegate void BlockUpdate(Span<float> gradient, Span<float> first, Span<float> second);

    /// <summary>A stream of its own for each step and matrix, so that a resumed run draws the same.</summary>
    protected RandomStream Draws(RandomStream random, long step) =>
        random.Child(Matrix.Slot.Name, step.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
