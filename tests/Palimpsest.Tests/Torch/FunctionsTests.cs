using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Torch;

/// <summary>Each fused function against the same formula composed of libtorch's operations: values and all gradients, in f32 and bf16, at widths that do and do not fill a vector.</summary>
public sealed class FunctionsTests
{
    [Theory]
    [InlineData(16, false, true)]
    [InlineData(19, true, true)]
    [InlineData(256, true, false)]
    public void RmsNorm_WithAndWithoutBranch_EqualsComposition(int width, bool branch, bool keepSum)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = [Leaf(1, 40, width), Leaf(2, 40, width), Leaf(3, width)], copies = Copies(leaves);
        Tensor upstream = TestContexts.Normal(4, 40, width), through = TestContexts.Normal(5, 40, width);
        (Tensor normalised, Tensor? sum) = RmsNormFunction.Apply(leaves[0], branch ? leaves[1] : null, leaves[2], 1e-5, keepSum);
        Tensor total = branch ? copies[0].add(copies[1]) : copies[0];
        Tensor expected = total.mul(total.mul(total).mean([-1], keepdim: true).add(Scalars.Of(1e-5)).rsqrt()).mul(copies[2]);
        Assert.InRange(TestContexts.LargestDifference(normalised, expected), 0, 1e-5);
        bool usesSum = branch && keepSum;
        Autograd.Backward(usesSum ? normalised.mul(upstream).sum().add(sum!.mul(through).sum()) : normalised.mul(upstream).sum());
        Autograd.Backward(usesSum ? expected.mul(upstream).sum().add(total.mul(through).sum()) : expected.mul(upstream).sum());
        AssertGradients(branch ? leaves : [leaves[0], leaves[2]], branch ? copies : [copies[0], copies[2]], 2e-5);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(21)]
    public void SwiGlu_AnyWidth_EqualsComposition(int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = [Leaf(1, 30, width), Leaf(2, 30, width)], copies = Copies(leaves);
        Tensor upstream = TestContexts.Normal(3, 30, width);
        Tensor actual = SwiGluFunction.Apply(leaves[0], leaves[1]), expected = nn.functional.silu(copies[0]).mul(copies[1]);
        Assert.InRange(TestContexts.LargestDifference(actual, expected), 0, 1e-5);
        Autograd.Backward(actual.mul(upstream).sum());
        Autograd.Backward(expected.mul(upstream).sum());
        AssertGradients(leaves, copies, 1e-5);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public void Rotary_EveryHead_TurnsPairsAndTurnsGradientsBack(int headWidth)
    {
        using DisposeScope scope = NewDisposeScope();
        int half = headWidth / 2;
        float[] cosine = [.. Enumerable.Range(0, 5 * half).Select(i => MathF.Cos(i * 0.37f))], sine = [.. Enumerable.Range(0, 5 * half).Select(i => MathF.Sin(i * 0.37f))];
        Tensor x = Leaf(1, 1, 3, 2 * headWidth), upstream = TestContexts.Normal(2, 1, 3, 2 * headWidth);
        int[] positions = [4, 0, 2];
        Tensor y = RotaryFunction.Apply(x, cosine, sine, positions, headWidth);
        float[] input = [.. x.detach().data<float>()], output = [.. y.detach().data<float>()];
        for (int t = 0; t < 3; t++)
        {
            for (int i = 0; i < half; i++)
            {
                int at = (t * 2 * headWidth) + headWidth + i; // the second head
                float c = cosine[(positions[t] * half) + i], s = sine[(positions[t] * half) + i];
                Assert.Equal((input[at] * c) - (input[at + half] * s), output[at], 1e-5);
                Assert.Equal((input[at + half] * c) + (input[at] * s), output[at + half], 1e-5);
            }
        }

        // A rotation is orthogonal: <R x, u> = <x, R^T u>, so the gradient of <R x, u> pairs with x to the same number.
        Tensor product = y.mul(upstream).sum();
        Autograd.Backward(product);
        Assert.Equal(product.ToDouble(), x.grad!.mul(x).sum().ToDouble(), 1e-3);
    }

    [Theory]
    [InlineData(50, 17)]
    [InlineData(700, 4099)]
    public void LinearCrossEntropy_SeveralChunks_EqualsComposition(int rows, int vocabulary)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = [Leaf(1, rows, 12), Leaf(2, vocabulary, 12)], copies = Copies(leaves);
        long[] targets = [.. Enumerable.Range(0, rows).Select(i => (long)(i * 7919 % vocabulary))];
        Tensor actual = LinearCrossEntropyFunction.Apply(leaves[0], leaves[1], targets);
        Tensor expected = nn.functional.cross_entropy(copies[0].matmul(copies[1].t()), tensor(targets), reduction: nn.Reduction.Sum);
        Assert.Equal(expected.ToDouble(), actual.ToDouble(), 1e-5 * expected.ToDouble());
        Tensor factor = tensor(0.25f);
        Autograd.Backward(actual.mul(factor));
        Autograd.Backward(expected.mul(factor));
        AssertGradients(leaves, copies, 2e-5);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Projections_SomeFrozen_EqualSeparateProducts(bool inputTrains, bool secondTrains)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = [Leaf(1, 3, 5, 12), Leaf(2, 7, 12), Leaf(3, 4, 12), Leaf(4, 9, 12)];
        leaves[0].requires_grad_(inputTrains);
        leaves[2].requires_grad_(secondTrains);
        Tensor[] copies = [.. leaves.Select(leaf => leaf.detach().clone().requires_grad_(leaf.requires_grad))];
        Tensor[] upstream = [TestContexts.Normal(5, 3, 5, 7), TestContexts.Normal(6, 3, 5, 4)];
        Tensor[] actual = ProjectionsFunction.Apply(leaves[0], leaves[1..]),
            expected = [.. copies[1..].Select(weight => nn.functional.linear(copies[0], weight))];
        Assert.All(actual.Zip(expected), pair => Assert.Equal(0, TestContexts.LargestDifference(pair.First, pair.Second)));

        // Nobody uses the third.
        Autograd.Backward(actual[0].mul(upstream[0]).sum().add(actual[1].mul(upstream[1]).sum()));
        Autograd.Backward(expected[0].mul(upstream[0]).sum().add(expected[1].mul(upstream[1]).sum()));
        Assert.Equal([inputTrains, true, secondTrains, false], leaves.Select(leaf => leaf.grad is not null));
        int[] trained = [.. Enumerable.Range(0, 3).Where(i => leaves[i].requires_grad)];
        AssertGradients([.. trained.Select(i => leaves[i])], [.. trained.Select(i => copies[i])], 1e-6);
    }

    [Fact]
    public void AllFunctions_Bf16_StayWithinItsRounding()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = TestContexts.Normal(1, 20, 33), y = TestContexts.Normal(2, 20, 33), w = TestContexts.Normal(3, 33);
        Tensor hx = x.to_type(ScalarType.BFloat16), hy = y.to_type(ScalarType.BFloat16);
        Tensor wideX = hx.to_type(ScalarType.Float32), wideY = hy.to_type(ScalarType.Float32);
        Assert.InRange(TestContexts.LargestDifference(SwiGluFunction.Apply(hx, hy), SwiGluFunction.Apply(wideX, wideY)), 0, 0.04);
        Assert.InRange(TestContexts.LargestDifference(RmsNormFunction.Apply(hx, hy, w, 1e-5).Normalised, RmsNormFunction.Apply(wideX, wideY, w, 1e-5).Normalised), 0, 0.06);
    }

    [Fact]
    public void Narrow_AllRoundings_EqualsLibtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = cat([TestContexts.Normal(1, 1001), tensor(new[] { 1.00390625f, 1.01171875f, -1.00390625f, 0f, -0f, float.PositiveInfinity, float.NaN, 3.3e38f, 1e-40f })]);
        float[] values = [.. x.data<float>()];
        ushort[] narrow = new ushort[values.Length];
        RowAccess.Narrow(values, narrow);
        float[] back = new float[values.Length];
        RowAccess.Widen(narrow, back);
        float[] expected = [.. x.to_type(ScalarType.BFloat16).to_type(ScalarType.Float32).data<float>()];
        Assert.Equal(expected, back);
    }

    private static Tensor Leaf(long seed, params long[] shape) => TestContexts.Normal(seed, shape).requires_grad_(true);

    private static Tensor[] Copies(Tensor[] leaves) => [.. leaves.Select(leaf => leaf.detach().clone().requires_grad_(true))];

    private static void AssertGradients(Tensor[] actual, Tensor[] expected, double tolerance)
    {
        foreach ((Tensor a, Tensor e) in actual.Zip(expected))
        {
            Assert.InRange(TestContexts.LargestDifference(a.grad!, e.grad!) / e.grad!.abs().max().ToDouble(), 0, tolerance);
        }
    }
}
