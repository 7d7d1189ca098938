using System.Text.RegularExpressions;
using Palimpsest.Torch;
using Palimpsest.Training.Ranks;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training.Optimizers.Projected;

/// <summary>Trains some matrices each by a rule of its own on a gradient that its layer forms in the backward pass, and all other parameters with AdamW.
/// The flat vector keeps no
/// gradients for the matrices while this lives.</summary>
/// <remarks>Owned by its creator, in no scope.</remarks>
internal sealed class ProjectedOptimizer : IOptimizer, IGradientStore, IMemoryOwner
{
    private readonly FlatParameters _parameters;
    private readonly IOptimizer _rest;

    /// <summary>Chooses the matrices and takes their gradients over.</summary>
    /// <param name="context">What is trained.</param>
    /// <param name="options">Settings.</param>
    /// <param name="create">Makes the rule of a matrix.</param>
    /// <exception cref="PalimpsestException">No matrix matches, a rank is too large, or something needs gradients that would not exist.</exception>
    public ProjectedOptimizer(OptimizerContext context, ProjectionOptions options, Func<ProjectedSlot, ProjectedMatrix> create)
    {
        _parameters = context.Trainable.Parameters;
        ProjectedSlot[] chosen = Choose(context, options);
        HashSet<string> names = [.. chosen.Select(matrix => matrix.Slot.Name)];
        _parameters.KeepGradients(slot => !names.Contains(slot.Name));
        _rest = OptimizerRegistry.Create(context, options.Rest);
        Matrices = [.. chosen.Select(create)];
        foreach (ProjectedMatrix matrix in Matrices)
        {
            matrix.Matrix.Layer.Observer = matrix;
        }

        Gradients = new GradientStores(_parameters, this);
        State = [.. _rest.State, .. Matrices.SelectMany(matrix => matrix.State)];
    }

    /// <summary>The matrices, in the order of the vector.</summary>
    public IReadOnlyList<ProjectedMatrix> Matrices { get; }

    /// <inheritdoc/>
    public IGradientStore Gradients { get; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Tensor Values)> State { get; }

    /// <inheritdoc/>
    public long StepCount { get; set; }

    /// <inheritdoc/>
    public IEnumerable<(MemoryCategory Category, long Bytes)> Memory
    {
        get
        {
            Tensor[] projectors = [.. Matrices.SelectMany(matrix => matrix.Projectors)];
            return
            [
                (MemoryCategory.Gradients, Bytes(Matrices.Select(matrix => matrix.Gradient))),
                (MemoryCategory.Projectors, Bytes(projectors)),
                (MemoryCategory.OptimizerState, Bytes(State.Select(item => item.Values).Where(values => !projectors.Contains(values)))),
            ];

            static long Bytes(IEnumerable<Tensor> tensors) => tensors.Sum(tensor => tensor.NumberOfElements * tensor.ElementSize);
        }
    }

    /// <inheritdoc/>
    IReadOnlyList<Tensor> IGradientStore.Buffers => [.. Matrices.Select(matrix => matrix.Gradient)];

    /// <inheritdoc/>
    public void Join(IRanks ranks)
    {
        foreach (ProjectedMatrix matrix in Matrices)
        {
            matrix.Join(ranks);
        }
    }

    /// <inheritdoc/>
    public void Agree()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        foreach (ProjectedMatrix matrix in Matrices)
        {
            matrix.Agree();
        }
    }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        if (Matrices.FirstOrDefault(matrix => matrix.Matrix.Values.grad is not null) is ProjectedMatrix other)
        {
            throw new PalimpsestException(
                $"train.optimizer: {other.Matrix.Slot.Name} got a gradient from elsewhere than its layer, so its projected gradient is not the whole. "
                + "Leave it out of match.");
        }

        Settle();
        _rest.StepCount = StepCount;
        _rest.Step(learningRate);
        foreach (ProjectedMatrix matrix in Matrices)
        {
            using DisposeScope inner = NewDisposeScope();
            matrix.Step(learningRate * matrix.Matrix.RateFactor, StepCount);
        }

        StepCount++;
    }

    /// <inheritdoc/>
    void IGradientStore.Zero()
    {
        foreach (ProjectedMatrix matrix in Matrices)
        {
            matrix.Begin(StepCount);
        }
    }

    /// <inheritdoc/>
    double IGradientStore.Norm()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Settle();
        return Ops.Number(Kernels.ForeachNorm([.. Matrices.Select(matrix => matrix.Gradient)]).norm());
    }

    /// <inheritdoc/>
    void IGradientStore.Scale(double factor)
    {
        using IDisposable noGrad = no_grad();
        using Tensor number = tensor((float)factor);
        foreach (ProjectedMatrix matrix in Matrices)
        {
            matrix.Gradient.mul_(number);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ProjectedMatrix matrix in Matrices)
        {
            matrix.Matrix.Layer.Observer = null;
            matrix.Dispose();
        }

        _rest.Dispose();
        _parameters.KeepGradients(_ => true);
    }

    private void Settle()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (ProjectedMatrix matrix in Matrices)
        {
            matrix.Settle();
        }
    }

    private static ProjectedSlot[] Choose(OptimizerContext context, ProjectionOptions options)
    {
        Trainable trainable = context.Trainable;
        FlatParameters parameters = trainable.Parameters;
        if (parameters.Values.device_type != DeviceType.CPU || parameters.Values.dtype != ScalarType.Float32)
        {
            throw new PalimpsestException("train.optimizer: projected gradients are for f32 parameters on a CPU. Use adamw here.");
        }

        if (trainable.Linears.Count == 0)
        {
            throw new PalimpsestException(
                "train.optimizer: projected gradients are formed in the linear layers of a model that is trained whole, and there are none here. Use adamw.");
        }

        if (trainable.Edits.Count > 0 || trainable.HasOtherGradients)
        {
            throw new PalimpsestException(
                "train.optimizer: what is trained here edits or keeps its gradients itself and needs them whole, which they never are. Use adamw.");
        }

        Regex pattern = new ParameterGroup { Match = options.Match }.Pattern();
        ProjectedSlot[] chosen =
            [.. from item in ParameterSet.Slots(parameters.Layout, context.Groups, options.WeightDecay, options.DecayAll)
                where trainable.Linears.ContainsKey(item.Slot.Name) && pattern.IsMatch(item.Slot.Name)
                select new ProjectedSlot(item.Slot, trainable.Linears[item.Slot.Name], parameters[item.Slot.Name], item.RateFactor, item.WeightDecay,
                    options.RankOf(item.Slot.Name, item.Slot.Shape))];
        if (chosen.Length == 0)
        {
            throw new PalimpsestException(
                $"train.optimizer: match \"{options.Match}\" finds no matrix to project. There are {trainable.Linears.Count}, such as "
                + $"{string.Join(", ", trainable.Linears.Keys.Take(3))}; embeddings, tied matrices and frozen ones are none.");
        }

        return chosen.FirstOrDefault(matrix => matrix.Layer.Observer is not null) is ProjectedSlot taken
            ? throw new PalimpsestException($"train.optimizer: something else watches the gradient of {taken.Slot.Name} already. Dispose it first.")
            : chosen;
    }
}
