using Palimpsest.Numerics;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Torch;

/// <summary>A flat vector that has gradients for some of its parameters only.</summary>
public sealed class KeptGradientsTests
{
    [Fact]
    public void KeepGradients_SomeParameters_HaveNoMemoryAndTheRestIsAsBefore()
    {
        FlatParameters parameters = new(new ParameterLayout([("a", [2L, 3L]), ("b", [4L]), ("c", [5L])]));
        Backward();
        Assert.Equal(Enumerable.Repeat(1f, 15), TensorBytes.ToArray(parameters.Gradients));
        parameters.KeepGradients(slot => slot.Name != "b");
        Assert.Equal([0L, 6L], new[] { "a", "c" }.Select(name => parameters.GradientOffset(parameters.Layout[name].Offset)));
        Assert.False(parameters.HasGradient(parameters.Layout["b"]));
        Assert.Null(parameters["b"].grad);
        parameters["b"].requires_grad = false;
        Backward();
        Assert.Equal(Enumerable.Repeat(1f, 11), TensorBytes.ToArray(parameters.Gradients));
        Assert.Equal(Math.Sqrt(11), parameters.Norm(), 1e-6);
        parameters["b"].requires_grad = true;
        parameters.KeepGradients(_ => true);
        Assert.Equal(new float[15], TensorBytes.ToArray(parameters.Gradients));
        Backward();
        Assert.Equal(Enumerable.Repeat(1f, 15), TensorBytes.ToArray(parameters.Gradients));
        parameters.Dispose();
        parameters.Dispose();

        void Backward()
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            Autograd.Backward(Ops.Add(Ops.Add(parameters["a"].sum(), parameters["b"].sum()), parameters["c"].sum()));
        }
    }
}
