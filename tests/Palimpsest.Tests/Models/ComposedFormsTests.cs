using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>The composed form of every managed kernel, forced on the CPU, and the same in f64 against finite differences.</summary>
public sealed class ComposedFormsTests
{
    private static readonly long[] s_ids = [.. Enumerable.Range(0, 48).Select(i => (long)(i * 29 % 150))];

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("rope-dynamic")]
    [InlineData("rope-yarn")]
    public void Model_ForcedToComposedForms_GivesTheSameLossAndGradients(string folder)
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden(folder), TestContexts.F32());
        (double loss, float[] gradients) = Differentiated(model);
        using IDisposable forced = KernelChoice.Composed();
        (double composed, float[] composedGradients) = Differentiated(model);
        Assert.Equal(loss, composed, 1e-5 * loss);
        double largest = gradients.Max(Math.Abs);
        Assert.InRange(gradients.Zip(composedGradients, (a, b) => Math.Abs(a - b)).Max() / largest, 0, 2e-5);
        Assert.NotEqual(gradients, composedGradients); // another way of computing, not the same one again
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("rope-yarn")]
    public void Model_InF64_AgreesWithF32AndWithFiniteDifferences(string folder)
    {
        using CausalModel single = ModelFolder.Load(TestContexts.Golden(folder), TestContexts.F32());
        using CausalModel model = InF64(single);
        (double loss, float[] gradients) = Differentiated(single);
        (double exact, float[] exactGradients) = Differentiated(model);
        Assert.Equal(exact, loss, 1e-5 * exact);
        Assert.InRange(gradients.Zip(exactGradients, (a, b) => Math.Abs(a - b)).Max() / gradients.Max(Math.Abs), 0, 2e-5);

        // Along three directions: (f(x + h d) - f(x - h d)) / 2h = <gradient, d>.
        FlatParameters parameters = model.Parameters.Flat!;
        for (int draw = 0; draw < 3; draw++)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            Tensor direction = TestContexts.Normal(draw, parameters.Layout.Count).to_type(ScalarType.Float64), start = parameters.Values.clone();
            const double step = 2e-6;
            double At(double distance)
            {
                parameters.Values.copy_(start.add(direction.mul(Scalars.Of(distance))));
                return Ops.Number(Loss(model));
            }

            double slope = (At(step) - At(-step)) / (2 * step), expected = Ops.Number(parameters.Gradients.dot(direction));
            parameters.Values.copy_(start);
            Assert.Equal(expected, slope, 1e-6 * Math.Max(1, Math.Abs(expected)));
        }
    }

    private static CausalModel InF64(CausalModel model)
    {
        CausalModel exact = CausalModel.Create(model.Config, TestContexts.F64(), new RandomStream(1));
        using IDisposable noGrad = no_grad();
        exact.Parameters.Flat!.Values.copy_(model.Parameters.Flat!.Values);
        return exact;
    }

    private static (double Loss, float[] Gradients) Differentiated(CausalModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        model.Parameters.Flat!.ZeroGradients();
        Tensor loss = Loss(model);
        Autograd.Backward(loss);
        return (Ops.Number(loss), TensorBytes.ToArray(model.Parameters.Flat.Gradients));
    }

    private static Tensor Loss(CausalModel model) =>
        model.LossSum(model.Hidden(tensor(s_ids, [2, 24])), [.. Enumerable.Range(0, 23).Select(i => (long)i)], s_ids[1..24]);
}
