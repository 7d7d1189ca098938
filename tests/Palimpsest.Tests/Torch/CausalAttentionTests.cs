using System.Runtime.InteropServices;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using Palimpsest.Torch.Functions.Attention;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Torch;

/// <summary>The fused causal attention against the same formula composed of libtorch's operations in float64: values and gradients, at lengths around its blocks and tiles.</summary>
public sealed class CausalAttentionTests
{
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        // batch, time, heads, key heads, width
        { 2, 1, 2, 2, 16 },
        { 3, 2, 2, 1, 32 },
        { 1, 7, 4, 1, 24 },
        { 2, 31, 2, 2, 8 },
        { 2, 33, 8, 1, 16 },
        { 1, 48, 4, 2, 40 },
        { 1, 255, 2, 1, 128 },
        { 2, 257, 4, 2, 32 },
        { 1, 288, 1, 1, 64 },
        { 1, 289, 2, 2, 16 },
        { 1, 1000, 2, 1, 64 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Attention_AnyShape_EqualsCompositionInFloat64(int batch, int time, int heads, int keyHeads, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = Leaves(batch, time, heads, keyHeads, width), copies = Doubles(leaves);
        Tensor upstream = TestContexts.Normal(4, batch, time, heads * width);
        Tensor actual = CausalAttentionFunction.Apply(leaves[0], leaves[1], leaves[2], width, 1 / Math.Sqrt(width)), expected = Composed(copies, heads, keyHeads, width);
        Assert.InRange(Largest(actual, expected), 0, 1e-5);
        Autograd.Backward(actual.mul(upstream).sum());
        Autograd.Backward(expected.mul(upstream.to_type(ScalarType.Float64)).sum());
        AssertGradients(leaves, copies, 1e-5);
    }

    [Theory]
    [InlineData(3, 37, 4, 2, 16)]
    [InlineData(2, 300, 2, 1, 24)]
    public void Attention_TurnsInside_EqualTurnsBefore(int batch, int time, int heads, int keyHeads, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = Leaves(batch, time, heads, keyHeads, width), copies = [.. leaves.Select(leaf => leaf.detach().clone().requires_grad_(true))];
        RotaryEmbedding rotary = new(width, 10_000);
        int[] positions = [.. Enumerable.Range(0, batch * time).Select(i => i * 13 % 400)];
        Tensor upstream = TestContexts.Normal(4, batch, time, heads * width);
        Tensor actual = CausalAttentionFunction.Apply(leaves[0], leaves[1], leaves[2], width, 0.3, rotary.Turn(positions));
        Tensor expected = CausalAttentionFunction.Apply(rotary.Forward(copies[0], positions), rotary.Forward(copies[1], positions), copies[2], width, 0.3);
        Assert.InRange(Largest(actual, expected), 0, 1e-5);
        Autograd.Backward(actual.mul(upstream).sum());
        Autograd.Backward(expected.mul(upstream).sum());
        AssertGradients(leaves, copies, 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Attention_TransposedInputs_AreReadInTheirOrder(int which)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = Leaves(2, 20, 2, 2, 8);
        Tensor plain = CausalAttentionFunction.Apply(leaves[0], leaves[1], leaves[2], 8, 0.3);
        leaves[which] = leaves[which].transpose(0, 1).contiguous().transpose(0, 1);
        Assert.False(leaves[which].is_contiguous());
        Assert.Equal(0, TestContexts.LargestDifference(plain, CausalAttentionFunction.Apply(leaves[0], leaves[1], leaves[2], 8, 0.3)));
    }

    [Theory]
    [InlineData(1e4f)]
    [InlineData(-1e4f)]
    public void Attention_ExtremeScores_StayFiniteAndRight(float factor)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = Leaves(1, 400, 2, 2, 16);
        leaves[0] = leaves[0].detach().mul(tensor(factor)).requires_grad_(true);
        Tensor[] copies = Doubles(leaves);
        Tensor actual = CausalAttentionFunction.Apply(leaves[0], leaves[1], leaves[2], 16, 0.25), expected = Composed(copies, 2, 2, 16);
        Autograd.Backward(actual.sum());
        Assert.All(leaves, leaf => Assert.True(leaf.grad!.isfinite().all().ToBoolean()));

        // Scores of 1e4 carry errors of 1e-3, which move weights where two keys are nearly equal.
        Assert.InRange(Ops.Value(actual.sub(expected.to_type(ScalarType.Float32)).abs().mean()), 0, 1e-3);
    }

    [Fact]
    public void Attention_LaterTokens_DoNotChangeEarlierOnes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = Leaves(1, 350, 2, 1, 32), changed = [.. leaves.Select(leaf => leaf.detach().clone())];
        foreach (Tensor tensor in changed)
        {
            tensor.narrow(1, 301, 49).fill_(Scalars.Of(9));
        }

        Tensor before = CausalAttentionFunction.Apply(leaves[0], leaves[1], leaves[2], 32, 0.2), after = CausalAttentionFunction.Apply(changed[0], changed[1], changed[2], 32, 0.2);
        Assert.Equal(0, TestContexts.LargestDifference(before.narrow(1, 0, 301), after.narrow(1, 0, 301)));
        Assert.True(TestContexts.LargestDifference(before, after) > 0.1);
    }

    [Fact]
    public unsafe void Passes_AnyNumberOfLanes_GiveTheSameBits()
    {
        const int batch = 2, time = 310, heads = 6, width = 24, numbers = batch * time * heads * width;
        AttentionPass pass = new(batch, time, heads, 3, width, 0.2f);
        RandomStream random = new(5);
        float[] inputs = [.. Enumerable.Range(0, 5 * numbers).Select(_ => ((float)random.NextDouble() * 4) - 2)];
        float[] Run(int lanes)
        {
            float[] outputs = new float[(4 * numbers) + (batch * heads * time)];
            fixed (float* x = inputs, y = outputs)
            {
                HeadRows Rows(float* data, int count) => new(data, (long)time * count * width, (long)count * width);
                HeadRows q = Rows(x, heads), k = Rows(x + numbers, 3), v = Rows(x + (2 * numbers), 3), output = Rows(y, heads);
                AttentionForward.Run(pass, q, k, v, default, output, y + (4 * numbers), lanes);
                AttentionBackward.Run(pass, (q, k, v, output, Rows(x + (3 * numbers), heads)), default, y + (4 * numbers), Rows(y + numbers, heads), Rows(y + (2 * numbers), heads), Rows(y + (3 * numbers), heads), lanes);
            }

            return outputs;
        }

        float[] one = Run(1);
        Assert.DoesNotContain(one, float.IsNaN);
        Assert.Equal(MemoryMarshal.AsBytes<float>(one), MemoryMarshal.AsBytes<float>(Run(2)));
        Assert.Equal(MemoryMarshal.AsBytes<float>(one), MemoryMarshal.AsBytes<float>(Run(5)));
    }

    [Fact]
    public unsafe void Exp2_WholeRange_WithinTwoUnitsInTheLastPlace()
    {
        double worst = 0;
        float[] values = new float[8];
        for (float x = -124.9f; x < 126; x += 0.00917f)
        {
            fixed (float* p = values)
            {
                System.Runtime.Intrinsics.Vector256.Store(CausalSoftmax.Exp2(System.Runtime.Intrinsics.Vector256.Create(x)), p);
            }

            double exact = Math.Pow(2, x);
            worst = Math.Max(worst, Math.Abs(values[3] - exact) / (MathF.BitIncrement((float)exact) - (double)(float)exact));
        }

        Assert.InRange(worst, 0.1, 2);
    }

    [Fact]
    public void Model_HooksOnHeads_SeeTheHeadsAndChangeNothing()
    {
        using CausalModel model = Palimpsest.Models.Sources.ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor ids = arange(0, 80, 1, ScalarType.Int64).view(2, 40), plain = model.Hidden(ids);
        foreach (string point in new[] { "hook_q", "hook_k", "hook_v", "hook_rot_q", "hook_rot_k", "hook_z" })
        {
            long[] shape = [];
            using IDisposable hook = model.Hooks.Add("blocks.1.attn." + point, x =>
            {
                shape = x.shape;
                return x;
            });
            Assert.InRange(TestContexts.LargestDifference(plain, model.Hidden(ids)), 0, 1e-5);
            Assert.Equal(4, shape.Length);
            Assert.Equal((2, 40), (shape[0], shape[1]));
        }
    }

    private static Tensor[] Leaves(int batch, int time, int heads, int keyHeads, int width) =>
    [
        TestContexts.Normal(1, batch, time, heads * width).requires_grad_(true),
        TestContexts.Normal(2, batch, time, keyHeads * width).requires_grad_(true),
        TestContexts.Normal(3, batch, time, keyHeads * width).requires_grad_(true),
    ];

    private static Tensor[] Doubles(Tensor[] leaves) => [.. leaves.Select(leaf => leaf.detach().to_type(ScalarType.Float64).requires_grad_(true))];

    /// <summary>With the usual factor 1 / sqrt(width).</summary>
    private static Tensor Composed(Tensor[] inputs, int heads, int keyHeads, int width)
    {
        long batch = inputs[0].size(0), time = inputs[0].size(1);
        Tensor Heads(Tensor x, int count) => x.view(batch, time, count, width).transpose(1, 2).repeat_interleave(heads / count, 1);
        Tensor hidden = ones(time, time, ScalarType.Bool).tril().logical_not();
        Tensor scores = Heads(inputs[0], heads).matmul(Heads(inputs[1], keyHeads).transpose(-2, -1)).mul(Scalars.Of(1 / Math.Sqrt(width))).masked_fill(hidden, Scalars.NegativeInfinity);
        return scores.softmax(-1).matmul(Heads(inputs[2], keyHeads)).transpose(1, 2).reshape(batch, time, heads * width);
    }

    private static double Largest(Tensor a, Tensor b) => a.detach().to_type(ScalarType.Float64).sub(b.detach().to_type(ScalarType.Float64)).abs().max().ToDouble();

    private static void AssertGradients(Tensor[] actual, Tensor[] expected, double tolerance)
    {
        foreach ((Tensor a, Tensor e) in actual.Zip(expected))
        {
            // At one token the gradients of queries and keys are zero.
            Assert.InRange(Largest(a.grad!, e.grad!) / Math.Max(1, e.grad!.abs().max().ToDouble()), 0, tolerance);
        }
    }
}
