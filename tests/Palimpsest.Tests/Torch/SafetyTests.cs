using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Torch;

/// <summary>The traps of TorchSharp that end processes or corrupt results, each closed.</summary>
public sealed class SafetyTests
{
    [Fact]
    public void Backward_ManagedCodeThrows_ArrivesAsAnException()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(3).requires_grad_(true);
        Tensor y = Throwing.apply(x)[0];
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => Autograd.Backward(y.sum()));
        Assert.Equal("thrown in backward", error.Message);

        // The process lives, and the next pass is not haunted by the error of this one.
        Autograd.Backward(x.mul(x).sum());
        Assert.Equal([2f, 2f, 2f], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void FlatParameters_BackwardAndOptimizer_KeepTheViews()
    {
        using FlatParameters flat = new(new ParameterLayout([("a", [2, 3]), ("b", [4])], new Dictionary<string, string> { ["alias"] = "b" }));
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            flat.Values.copy_(TestContexts.Normal(1, 10));
        }

        for (int pass = 0; pass < 2; pass++)
        {
            Autograd.Backward(flat["a"].mul(flat["a"]).sum().add(flat["alias"].sum()));
        }

        // Two passes add up in the flat buffer: 2 x 2a and 2 x 1.
        Assert.InRange(TestContexts.LargestDifference(flat.Gradients.narrow(0, 0, 6), flat.Values.narrow(0, 0, 6).mul(Scalars.Of(4.0))), 0, 1e-6);
        Assert.Equal([2f, 2f, 2f, 2f], flat.Gradients.narrow(0, 6, 4).data<float>().ToArray());
        using Palimpsest.Training.Optimizers.AdamW optimizer = new(flat, new());
        float before = flat["b"][0].item<float>();
        optimizer.Step(0.5);
        Assert.Equal(before - 0.5f, flat["b"][0].item<float>(), 1e-4f);
        Assert.Equal(flat.Values[6].item<float>(), flat["b"][0].item<float>());
        flat.ZeroGradients();
        Assert.Equal(0f, flat["a"].grad!.abs().max().item<float>());
    }

    [Fact]
    public void Scalars_UnderGarbageCollection_StayAlive()
    {
        bool done = false;
        Thread pressure = new(() =>
        {
            while (!Volatile.Read(ref done))
            {
                _ = new byte[100_000];
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        pressure.Start();
        try
        {
            using Tensor a = ones(8), b = ones(8), mask = ones(8, ScalarType.Bool);
            for (int i = 0; i < 20_000; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor c = Ops.Scale(Ops.Add(a, b), 2.0);
                Ops.AddInPlace(c, b, 0.5);
                Assert.Equal(4.5f, Ops.Value(c.narrow(0, 0, 1)));
                _ = Ops.MaskedFill(Ops.Shift(c, 1.0), mask, -1.0);
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            pressure.Join();
        }
    }

    [Fact]
    public void Dropout_SameStream_GivesTheSameMaskAndKeepsTheMean()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(100, 100);
        Tensor first = Dropout.Apply(x, 0.3, new RandomStream(5, "drop")), again = Dropout.Apply(x, 0.3, new RandomStream(5, "drop")), other = Dropout.Apply(x, 0.3, new RandomStream(6, "drop"));
        Assert.Equal(0, TestContexts.LargestDifference(first, again));
        Assert.NotEqual(0, TestContexts.LargestDifference(first, other));
        Assert.InRange(first.mean().ToDouble(), 0.97, 1.03);
    }

    [Fact]
    public void Relax_UnpatchedImage_SetsOneBitOnce()
    {
        byte[] image = new byte[64];
        BitConverter.TryWriteBytes(image.AsSpan(20), 0x0297f842u);
        Assert.True(NativeLibraries.Relax(image));
        Assert.Equal(2, image[24]);
        Assert.False(NativeLibraries.Relax(image));
    }

    private sealed class Throwing : SafeFunction<Throwing>
    {
        protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments) => [((Tensor)arguments[0]!).clone()];

        protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients) => throw new InvalidOperationException("thrown in backward");
    }
}
