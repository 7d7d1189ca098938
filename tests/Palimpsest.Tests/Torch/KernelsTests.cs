using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Torch;

public sealed class KernelsTests
{
    [Fact]
    public void AdamW_TenSteps_EqualsTheFormulaInDouble()
    {
        using DisposeScope scope = NewDisposeScope();
        const int count = 37;
        const double rate = 0.01, beta1 = 0.9, beta2 = 0.95, decay = 0.1, epsilon = 1e-8;
        Tensor p = TestContexts.Normal(1, count), g = zeros(count), m = zeros(count), v = zeros(count);
        double[] value = [.. p.data<float>().Select(x => (double)x)], first = new double[count], second = new double[count];
        for (int step = 1; step <= 10; step++)
        {
            Tensor gradient = TestContexts.Normal(100 + step, count);
            g.copy_(gradient);
            float[] gradients = [.. gradient.data<float>()];
            Kernels.AdamW([p], [g], [m], [v], [tensor((float)step)], tensor((float)rate), Scalars.Of(beta1), Scalars.Of(beta2), Scalars.Of(decay), Scalars.Of(epsilon));
            for (int i = 0; i < count; i++)
            {
                value[i] *= 1 - (rate * decay);
                first[i] = (beta1 * first[i]) + ((1 - beta1) * gradients[i]);
                second[i] = (beta2 * second[i]) + ((1 - beta2) * gradients[i] * gradients[i]);
                value[i] -= rate / (1 - Math.Pow(beta1, step)) * first[i] / ((Math.Sqrt(second[i]) / Math.Sqrt(1 - Math.Pow(beta2, step))) + epsilon);
            }
        }

        float[] actual = [.. p.data<float>()];
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(value[i], actual[i], 2e-6);
        }
    }

    [Fact]
    public void ForeachNorm_SeveralTensors_EqualsSingleNorms()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] tensors = [TestContexts.Normal(1, 5, 7), TestContexts.Normal(2, 300), zeros(3)];
        float[] norms = [.. Kernels.ForeachNorm(tensors).data<float>()];
        for (int i = 0; i < tensors.Length; i++)
        {
            Assert.Equal(Math.Sqrt(tensors[i].data<float>().Sum(x => (double)x * x)), norms[i], 1e-4);
        }
    }

    [Fact]
    public void Embedding_RepeatedIds_GathersRowsAndAddsGradients()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = TestContexts.Normal(3, 6, 4).requires_grad_(true);
        Tensor ids = tensor(new long[] { 2, 5, 2, 0 }, [2, 2]);
        Tensor rows = Kernels.Embedding(weight, ids);
        Assert.Equal(0, TestContexts.LargestDifference(rows.view(4, 4), weight.index_select(0, ids.view(-1))));
        Autograd.Backward(rows.sum());
        Assert.Equal([1f, 0f, 2f, 0f, 0f, 1f], weight.grad!.select(1, 0).contiguous().data<float>().ToArray());
    }

    [Fact]
    public void RmsNorm_OfLibtorch_EqualsComposition()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = TestContexts.Normal(4, 3, 16), w = TestContexts.Normal(5, 16);
        Tensor composed = x.mul(x.mul(x).mean([-1], keepdim: true).add(Scalars.Of(1e-6)).rsqrt()).mul(w);
        Assert.InRange(TestContexts.LargestDifference(Kernels.RmsNorm(x, w, Scalars.Of(1e-6)), composed), 0, 1e-6);
    }

    [Fact]
    public void LayerNorm_WithF32WeightsUnderBoth_EqualsComposition()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = TestContexts.Normal(4, 5, 16).requires_grad_(true), copy = x.detach().clone().requires_grad_(true), w = TestContexts.Normal(5, 16), b = TestContexts.Normal(6, 16), upstream = TestContexts.Normal(7, 5, 16);
        Tensor centred = Ops.Subtract(copy, copy.mean([-1], keepdim: true));
        Tensor composed = Ops.Add(centred.mul(Ops.Shift(centred.mul(centred).mean([-1], keepdim: true), 1e-5).rsqrt()).mul(w), b);
        Tensor actual = Kernels.LayerNorm(x, w, b, Scalars.Of(1e-5));
        Assert.InRange(TestContexts.LargestDifference(actual, composed), 0, 1e-5);
        Autograd.Backward(actual.mul(upstream).sum());
        Autograd.Backward(composed.mul(upstream).sum());
        Assert.InRange(TestContexts.LargestDifference(x.grad!, copy.grad!), 0, 1e-5);
        Assert.InRange(TestContexts.LargestDifference(Kernels.LayerNorm(x.detach().to_type(ScalarType.BFloat16), w, b, Scalars.Of(1e-5)), composed), 0, 0.05);
    }

    [Fact]
    public void Gelu_ExactAndByTanh_EqualTheirFormulas()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = TestContexts.Normal(8, 200);
        float[] values = [.. x.data<float>()], exact = [.. Kernels.Gelu(x).data<float>()], tanh = [.. Kernels.GeluTanh(x).data<float>()], erf = [.. x.mul(Scalars.Of(Math.Sqrt(0.5))).erf().data<float>()];
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(0.5 * values[i] * (1 + erf[i]), exact[i], 1e-6);
            Assert.Equal(0.5 * values[i] * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (values[i] + (0.044715 * Math.Pow(values[i], 3))))), tanh[i], 1e-6);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Attention_CausalMaskedOrFull_EqualsComposition(bool causal, bool masked)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor q = TestContexts.Normal(6, 2, 3, 9, 8), k = TestContexts.Normal(7, 2, 3, 9, 8), v = TestContexts.Normal(8, 2, 3, 9, 8);
        Tensor mask = TestContexts.Normal(9, 2, 1, 9, 9);
        Tensor scores = q.matmul(k.transpose(-2, -1)).mul(Scalars.Of(0.3));
        scores = masked ? Ops.Add(scores, mask) : scores;
        scores = causal ? Ops.MaskedFill(scores, ones(9, 9, ScalarType.Bool).tril().logical_not(), double.NegativeInfinity) : scores;
        Tensor actual = Kernels.Attention(q, k, v, masked ? mask : null, causal, Scalars.Of(0.3), grouped: false);
        Assert.InRange(TestContexts.LargestDifference(actual, scores.softmax(-1).matmul(v)), 0, 1e-5);
    }
}
