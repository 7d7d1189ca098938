using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Layers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Optimizers.Projected;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Projected;

/// <summary>Layers of some shapes whose gradients are told to them.</summary>
internal sealed class RecordedLayers : IDisposable
{
    public RecordedLayers(FlatParameters parameters)
    {
        Parameters = parameters;
        Linears = parameters.Layout.Slots.Where(slot => slot.Shape.Count == 2).ToDictionary(slot => slot.Name, slot => new Linear(parameters[slot.Name]));
    }

    public RecordedLayers(params (string Name, long[] Shape)[] shapes)
        : this(new FlatParameters(new ParameterLayout(shapes)))
    {
        RandomStream random = new(11);
        OptimData.Put(Parameters.Values, [.. Enumerable.Range(0, (int)Parameters.Layout.Count).Select(_ => (float)random.NextGaussian())]);
    }

    public FlatParameters Parameters { get; }

    public Dictionary<string, Linear> Linears { get; }

    public OptimizerContext Context(params ParameterGroup[] groups) =>
        new(new Trainable(Parameters) { Linears = Linears }, groups, new RandomStream(5, "optimizer"));

    public ProjectedOptimizer Optimizer(OptimizerOptions options, params ParameterGroup[] groups) =>
        (ProjectedOptimizer)OptimizerRegistry.Create(Context(groups), options);

    /// <summary>Begins a step, tells every layer its gradient, and takes the step.</summary>
    public static void Step(ProjectedOptimizer optimizer, double rate, Func<string, float[]> gradient)
    {
        optimizer.Gradients.Zero();
        foreach (ProjectedMatrix matrix in optimizer.Matrices)
        {
            Tell(matrix, gradient(matrix.Matrix.Slot.Name));
        }

        Assert.True(double.IsFinite(optimizer.Gradients.Norm()));
        optimizer.Step(rate);
    }

    /// <summary>Tells a gradient: with the identity as input the gradient of the outputs is that of the weight, transposed.</summary>
    public static void Tell(ProjectedMatrix matrix, float[] gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor whole = tensor(gradient).view([.. matrix.Matrix.Slot.Shape]);
        matrix.Matrix.Layer.Observer!.Observe(eye(whole.size(1)), whole.t().contiguous(), 0);
    }

    public float[] Values(string name) => TensorBytes.ToArray(Parameters[name]);

    public static float[] State(IOptimizer optimizer, string name)
    {
        using Tensor floats = optimizer.State.Single(state => state.Name == name).Values.to_type(ScalarType.Float32);
        return TensorBytes.ToArray(floats);
    }

    public static float[] Transposed(float[] values, long rows)
    {
        long columns = values.Length / rows;
        return [.. Enumerable.Range(0, values.Length).Select(i => values[((i % rows) * columns) + (i / rows)])];
    }

    public static RecordedLayers Of(SafetensorsFile inputs) => new(OptimData.Parameters(inputs));

    public static double Number(JsonElement run, string key, double otherwise) =>
        run.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : otherwise;

    public void Dispose() => Parameters.Dispose();
}
