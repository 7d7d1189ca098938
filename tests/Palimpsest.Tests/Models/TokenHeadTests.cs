using Palimpsest.Models.Layers;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>Cross-entropy and log-probabilities of an output matrix against libtorch's operations in f64: values, every gradient and figures; fused, with an
/// adapter's kind of head, and forced to the composed form.</summary>
public sealed class TokenHeadTests
{
    private const int Width = 12;

    public static TheoryData<int, int, bool, string> Cases
    {
        get
        {
            TheoryData<int, int, bool, string> cases = [];
            foreach ((int rows, int vocabulary) in new[] { (50, 17), (700, 4099), (360, 49_152) })
            {
                foreach (string form in rows == 360 ? new[] { "fused", "composed" } : new[] { "fused", "adapter", "composed", "observed" })
                {
                    cases.Add(rows, vocabulary, rows == 50, form);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void LogProbabilities_AGradientForEachRow_EqualComposition(int rows, int vocabulary, bool bias, string form)
    {
        using Setting setting = new(rows, vocabulary, bias, form);
        TokenStatistics statistics = new(rows);
        Tensor numbers = TokenHead.LogProbabilities(setting.Head, setting.Hidden, setting.Targets, statistics, null);
        Tensor expected = setting.Scores.log_softmax(-1);
        Tensor upstream = TestContexts.Normal(9, rows);
        Assert.InRange(TestContexts.LargestDifference(numbers, expected.gather(1, tensor(setting.Targets).unsqueeze(1)).squeeze(1)), 0, 2e-5);
        Autograd.Backward(numbers.mul(upstream).sum());
        Autograd.Backward(expected.gather(1, tensor(setting.Targets).unsqueeze(1)).squeeze(1).mul(upstream.to_type(ScalarType.Float64)).sum());
        setting.AssertGradients();

        double[] entropy = [.. expected.exp().mul(expected).sum(dim: 1).neg().data<double>()], means = [.. setting.Scores.mean([1L]).data<double>()];
        long[] best = [.. setting.Scores.argmax(1).data<long>()];
        for (int row = 0; row < rows; row++)
        {
            Assert.Equal(entropy[row], statistics.Entropy[row], 1e-4);
            Assert.Equal(means[row], statistics.MeanLogit[row], 1e-4);
            Assert.Equal(best[row] == setting.Targets[row], statistics.IsArgmax[row]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void CrossEntropy_WeightedRows_EqualComposition(int rows, int vocabulary, bool bias, string form)
    {
        using Setting setting = new(rows, vocabulary, bias, form);
        float[] weights = [.. Enumerable.Range(0, rows).Select(i => (i % 7) - 2.5f)];
        Tensor loss = TokenHead.CrossEntropy(setting.Head, setting.Hidden, setting.Targets, weights, null);
        Tensor expected = setting.Scores.log_softmax(-1).gather(1, tensor(setting.Targets).unsqueeze(1)).squeeze(1).mul(tensor(weights)).sum().neg();
        Assert.Equal(Ops.Number(expected), Ops.Number(loss), 1e-5 * rows * Math.Log(vocabulary));
        Tensor factor = tensor(0.25f);
        Autograd.Backward(loss.mul(factor));
        Autograd.Backward(expected.mul(factor));
        setting.AssertGradients();
    }

    /// <summary>An output matrix and rows in f32, and the same in f64.</summary>
    private sealed class Setting : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly IDisposable? _forced;
        private readonly (Tensor Own, Tensor Copy)[] _leaves;

        public Setting(int rows, int vocabulary, bool bias, string form)
        {
            Hidden = TestContexts.Normal(1, rows, Width).requires_grad_(true);
            Tensor weight = TestContexts.Normal(2, vocabulary, Width).requires_grad_(true);
            Tensor? shift = bias ? TestContexts.Normal(3, vocabulary).requires_grad_(true) : null;
            Targets = [.. Enumerable.Range(0, rows).Select(i => (long)(i * 7919 % vocabulary))];
            Head = new Linear(weight, shift) { Observer = form == "observed" ? new Watcher() : null };
            if (form == "adapter")
            {
                Head.Operation = (layer, x) => Linear.Dense(layer, x);
            }

            _forced = form == "composed" ? KernelChoice.Composed() : null;
            _leaves = [.. new[] { Hidden, weight, shift }.OfType<Tensor>().Select(leaf =>
                (leaf, leaf.detach().to_type(ScalarType.Float64).requires_grad_(true)))];
            Scores = nn.functional.linear(_leaves[0].Copy, _leaves[1].Copy, bias ? _leaves[2].Copy : null);
        }

        public Tensor Hidden { get; }

        public Linear Head { get; }

        public long[] Targets { get; }

        public Tensor Scores { get; }

        public void AssertGradients()
        {
            foreach ((Tensor own, Tensor copy) in _leaves)
            {
                Assert.InRange(TestContexts.LargestDifference(own.grad!, copy.grad!) / Ops.Value(copy.grad!.abs().max()), 0, 1e-4);
            }
        }

        public void Dispose()
        {
            _forced?.Dispose();
            _scope.Dispose();
        }
    }

    private sealed class Watcher : IGradientObserver
    {
        public bool KeepsGradient => true;

        public void Observe(Tensor input, Tensor outputGradient, long firstRow)
        {
        }
    }
}
