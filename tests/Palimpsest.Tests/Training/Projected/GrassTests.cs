using System.Globalization;
using Palimpsest.Models.Layers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Grass;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Optimizers.Projected;
using Palimpsest.Training.Ranks;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Projected;

public sealed class GrassTests
{
    private static readonly (string, long[])[] s_shapes = [("wide", [6, 11]), ("tall", [13, 5])];

    [Fact]
    public void Run_FullRankAndNoRefresh_IsAdamW()
    {
        TrainOptions options = new() { Steps = 20, WarmupSteps = 2, LearningRate = 1e-2, Optimizer = new AdamWOptions { WeightDecay = 0.1 } };
        List<double> expected = ProjectedOptimizerTests.Losses(options);
        List<double> found =
            ProjectedOptimizerTests.Losses(options with { Optimizer = new GrassOptions { RankFraction = 1, Every = 1000, WeightDecay = 0.1 } });
        Assert.True(expected[^1] < expected[0] - 0.5);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Theory]
    [InlineData(LineScheme.Top, RefreshForm.Materialise)]
    [InlineData(LineScheme.Norm, RefreshForm.Implicit)]
    [InlineData(LineScheme.Uniform, RefreshForm.Materialise)]
    public void Observe_AnyPieces_GivesTheSelectedLinesOfTheGradient(LineScheme scheme, RefreshForm form)
    {
        using RecordedLayers layers = new(s_shapes);
        using ProjectedOptimizer optimizer =
            layers.Optimizer(new GrassOptions { Match = "", Rank = 3, Selection = scheme, Replacement = scheme != LineScheme.Top, Refresh = form });
        using DisposeScope scope = NewDisposeScope();
        for (int pass = 0; pass < 2; pass++)
        {
            optimizer.Gradients.Zero();
            foreach (GrassMatrix matrix in optimizer.Matrices.Cast<GrassMatrix>())
            {
                Tensor x = TestContexts.Normal(pass, 20, matrix.Matrix.Slot.Shape[1]),
                    gradient = TestContexts.Normal(7 + pass, 20, matrix.Matrix.Slot.Shape[0]);
                foreach ((int from, int count) in new[] { (0, 9), (9, 10), (19, 1) })
                {
                    matrix.Matrix.Layer.Observer!.Observe(x.narrow(0, from, count), gradient.narrow(0, from, count), from);
                }

                matrix.Settle();
                matrix.Settle();
                Tensor rho = matrix.Lines.ByRows ? matrix.Lines.Scales.unsqueeze(1) : matrix.Lines.Scales.unsqueeze(0);
                Tensor expected = gradient.t().mm(x).index_select(matrix.Lines.ByRows ? 0 : 1, matrix.Lines.Indices).mul(rho);
                Assert.InRange(TestContexts.LargestDifference(expected, matrix.Gradient) / Ops.Value(expected.abs().max()), 0, 1e-6);
            }

            optimizer.Step(0.01);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_BetweenSelections_LeavesOtherLinesAsTheyAre(bool replacement)
    {
        using RecordedLayers layers = new(s_shapes);
        GrassOptions options = new() { Match = "", Rank = 2, Every = 3, WeightDecay = 0.1, Replacement = replacement, Selection = LineScheme.Norm };
        using ProjectedOptimizer optimizer = layers.Optimizer(options);
        for (int step = 0; step < 7; step++)
        {
            Dictionary<string, float[]> before = s_shapes.ToDictionary(item => item.Item1, item => layers.Values(item.Item1));
            RecordedLayers.Step(optimizer, 0.01, name => Normal(name, step, layers.Parameters.Layout[name].Count));
            foreach (GrassMatrix matrix in optimizer.Matrices.Cast<GrassMatrix>())
            {
                // Before the next selection the others get the decay of the three steps.
                long[] lines = matrix.Lines.Lines.ToArray();
                float[] old = before[matrix.Matrix.Slot.Name], now = layers.Values(matrix.Matrix.Slot.Name);
                long columns = matrix.Matrix.Slot.Shape[1];
                double factor = step % 3 == 2 ? Math.Pow(1 - (0.01 * 0.1), 3) : 1;
                for (int i = 0; i < now.Length; i++)
                {
                    if (lines.Contains(matrix.Lines.ByRows ? i / columns : i % columns))
                    {
                        Assert.NotEqual(old[i], now[i]);
                    }
                    else if (step % 3 == 2)
                    {
                        Assert.Equal(old[i] * factor, now[i], 1e-6);
                    }
                    else
                    {
                        Assert.Equal(old[i], now[i]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Step_AfterAReset_HasUnitDirections()
    {
        using RecordedLayers layers = new(s_shapes);
        using ProjectedOptimizer optimizer = layers.Optimizer(new GrassOptions { Match = "", Rank = 2, Every = 4, Scale = 0.5, Warmup = 2, Epsilon = 0 });
        for (int step = 0; step < 5; step++)
        {
            Dictionary<string, float[]> before = s_shapes.ToDictionary(item => item.Item1, item => layers.Values(item.Item1));
            RecordedLayers.Step(optimizer, 0.1, name => Normal(name, step, layers.Parameters.Layout[name].Count));
            if (step % 4 == 0)
            {
                foreach (GrassMatrix matrix in optimizer.Matrices.Cast<GrassMatrix>())
                {
                    string name = matrix.Matrix.Slot.Name;
                    double[] changes = [.. before[name].Zip(layers.Values(name), (a, b) => Math.Abs(a - (double)b)).Where(change => change > 0)];
                    Assert.Equal(2 * matrix.Matrix.Slot.Shape.Max(), changes.Length);
                    Assert.All(changes, change => Assert.Equal(0.1 * 0.5 / 2, change, 1e-6)); // the first of two steps of warm-up
                    Assert.All(matrix.Lines.Counts.ToArray(), count => Assert.Equal(1, count));
                }
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sketch_ManyDraws_HasTheNormsOfTheGradientOnAverage(bool byRows)
    {
        const int draws = 4000, rank = 4;
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = TestContexts.Normal(3, 5, 30).mul(TestContexts.Normal(4, 1, 30)), whole = byRows ? gradient : gradient.t().contiguous();
        float[] expected = [.. gradient.square().sum(dim: 1).data<float>()];
        double[] mean = new double[5];
        for (int i = 0; i < draws; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor sketch = LineSketch.Of(whole, byRows, rank, new RandomStream(i), LoneRank.Instance);
            Assert.Equal(byRows ? [5L, rank] : [rank, 5L], sketch.shape);
            float[] squares = [.. sketch.square().sum(dim: byRows ? 1 : 0).data<float>()];
            for (int line = 0; line < 5; line++)
            {
                mean[line] += squares[line] / draws;
            }
        }

        // A term of the mean has a spread of about its size over 4 draws each: 4,000 of them come within 5%, six standard errors.
        Assert.All(expected.Zip(mean), pair => Assert.Equal(1, pair.Second / pair.First, 0.05));
    }

    [Fact]
    public void Observe_RefreshForms_SelectTheSameLines()
    {
        List<long[]> selected = [];
        foreach (RefreshForm form in Enum.GetValues<RefreshForm>().Where(form => form != RefreshForm.Sketch))
        {
            using RecordedLayers layers = new(("wide", [40, 70]), ("tall", [90, 30]));
            using ProjectedOptimizer optimizer = layers.Optimizer(new GrassOptions { Match = "", Rank = 7, Refresh = form });
            optimizer.Gradients.Zero();
            foreach (ProjectedMatrix matrix in optimizer.Matrices)
            {
                using DisposeScope scope = NewDisposeScope();
                matrix.Observe(TestContexts.Normal(1, 9, matrix.Matrix.Slot.Shape[1]), TestContexts.Normal(2, 9, matrix.Matrix.Slot.Shape[0]), 0);
            }

            optimizer.Step(0.1);
            selected.Add([.. optimizer.Matrices.Cast<GrassMatrix>().SelectMany(matrix => matrix.Lines.Lines.ToArray())]);
        }

        Assert.Equal(14, selected[0].Length);
        Assert.All(selected, lines => Assert.Equal(selected[0], lines));
    }

    [Fact]
    public void Observe_WholeStep_SelectsByAllPasses()
    {
        // The first pass alone would choose row 0; both together choose row 2.
        using RecordedLayers layers = new(("w", [3, 4]));
        using ProjectedOptimizer optimizer = layers.Optimizer(new GrassOptions { Match = "", Rank = 1, Refresh = RefreshForm.WholeStep });
        optimizer.Gradients.Zero();
        RecordedLayers.Tell(optimizer.Matrices[0], [5, 5, 5, 5, 0, 0, 0, 0, 3, 3, 3, 3]);
        RecordedLayers.Tell(optimizer.Matrices[0], [-4, -4, -4, -4, 0, 0, 0, 0, 3, 3, 3, 3]);
        Assert.Equal(12, optimizer.Gradients.Norm(), 1e-6);
        Assert.Equal([2L], ((GrassMatrix)optimizer.Matrices[0]).Lines.Lines.ToArray());
    }

    [Fact]
    public void Observe_ZeroOrNoNumbers_KeepsTheSelection()
    {
        using RecordedLayers layers = new(("w", [4, 5]));
        foreach (LineScheme scheme in Enum.GetValues<LineScheme>())
        {
            using ProjectedOptimizer optimizer = layers.Optimizer(new GrassOptions { Match = "", Rank = 2, Every = 1, Selection = scheme });
            GrassMatrix matrix = (GrassMatrix)optimizer.Matrices[0];
            float[] before = layers.Values("w");
            RecordedLayers.Step(optimizer, 0.1, _ => new float[20]);
            Assert.Equal(before, layers.Values("w"));
            Assert.All(TensorBytes.ToArray(matrix.Lines.Scales), rho => Assert.True(float.IsFinite(rho)));
            if (scheme != LineScheme.Uniform)
            {
                Assert.Equal([0L, 1L], matrix.Lines.Lines.ToArray());
            }

            // A row that would not be selected is not finite: the norm says so, which ends a run.
            float[] broken = new float[20];
            (broken[0], broken[5], broken[19]) = (3, 2, float.NaN);
            optimizer.Gradients.Zero();
            RecordedLayers.Tell(matrix, broken);
            Assert.True(scheme == LineScheme.Uniform || double.IsNaN(optimizer.Gradients.Norm()));
            Assert.All(TensorBytes.ToArray(matrix.Lines.Scales), rho => Assert.True(float.IsFinite(rho)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_AnyThreads_GivesTheSameBits(bool eightBit)
    {
        List<byte[]> results = [];
        int threads = get_num_threads();
        try
        {
            foreach (int count in new[] { 1, 3 })
            {
                set_num_threads(count);
                using RecordedLayers layers = new(("wide", [150, 300]), ("tall", [301, 151]));
                using ProjectedOptimizer optimizer = layers.Optimizer(new GrassOptions
                {
                    Match = "",
                    Rank = 90,
                    Selection = LineScheme.Norm,
                    Replacement = true,
                    EightBit = eightBit,
                    Every = 2,
                    OnRefresh = MomentsOnRefresh.Carry,
                });
                for (int step = 0; step < 4; step++)
                {
                    RecordedLayers.Step(optimizer, 0.01, name => Normal(name, step, layers.Parameters.Layout[name].Count));
                }

                Assert.Equal(eightBit ? 2 * 2 : 0, optimizer.State.Count(state => state.Name.StartsWith("codes", StringComparison.Ordinal)));
                results.Add([.. OptimData.Bytes(layers.Parameters.Values), .. optimizer.State.SelectMany(state => OptimData.Bytes(state.Values))]);
            }
        }
        finally
        {
            set_num_threads(threads);
        }

        Assert.Equal(results[0], results[1]);
    }

    [Fact]
    public void Step_EightBitMoments_StayNearThoseOfF32()
    {
        float[][] ends = [.. new[] { false, true }.Select(eightBit =>
        {
            using RecordedLayers layers = new(("wide", [64, 256]), ("tall", [256, 64]));
            using ProjectedOptimizer optimizer = layers.Optimizer(new GrassOptions { Match = "", EightBit = eightBit, Rank = 32 });
            for (int step = 0; step < 20; step++)
            {
                RecordedLayers.Step(optimizer, 0.01, name => Normal(name, step % 4, layers.Parameters.Layout[name].Count));
            }

            return TensorBytes.ToArray(layers.Parameters.Values);
        })];
        double[] apart = [.. ends[0].Zip(ends[1], (a, b) => (double)Math.Abs(a - b))];
        Assert.InRange(apart.Average(), 1e-9, 0.01);
        Assert.InRange(apart.Max(), 0, 20 * 0.01);
    }

    [Fact]
    public void Backward_BetweenSelections_MakesNothingOfTheMatrixsSize()
    {
        // The peak of resident memory during a backward pass, from the kernel: 64 MB would be the gradient, 16 MB are allowed for everything.
        if (!File.Exists("/proc/self/clear_refs"))
        {
            Assert.Skip("There is no /proc/self/clear_refs here.");
        }

        const long side = 4096, whole = side * side * sizeof(float);
        foreach (bool byRows in new[] { true, false })
        {
            using RecordedLayers layers = new(("w", byRows ? [side, side + 8] : [side + 8, side]));
            long dense = Peak(layers.Linears["w"]);
            using ProjectedOptimizer optimizer = layers.Optimizer(new GrassOptions { Match = "", Rank = 16 });
            optimizer.Gradients.Zero();
            long refresh = Peak(layers.Linears["w"]);
            optimizer.Step(0.01);
            optimizer.Gradients.Zero();
            long between = Peak(layers.Linears["w"]);
            optimizer.Step(0.01);
            TestContext.Current.TestOutputHelper?.WriteLine($"dense {dense / 1e6:F1} MB, selecting {refresh / 1e6:F1} MB, between {between / 1e6:F1} MB");
            Assert.InRange(refresh, (long)(0.9 * whole), 3 * whole);
            Assert.InRange(between, long.MinValue, whole / 4);
        }
    }

    private static long Peak(Linear layer)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = TestContexts.Normal(1, 1, 4, layer.Weight.size(1)).requires_grad_();
        Tensor loss = Linear.ForwardAll(x, layer)[0].square().sum();
        long before = Status("VmRSS:");
        using (FileStream clear = File.OpenWrite("/proc/self/clear_refs"))
        {
            clear.Write("5"u8);
        }

        Autograd.Backward(loss);
        return Status("VmHWM:") - before;
    }

    private static long Status(string key) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal))
        .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private static float[] Normal(string name, int step, long count)
    {
        RandomStream random = new(9, name, step.ToString(CultureInfo.InvariantCulture));
        return [.. Enumerable.Range(0, (int)count).Select(_ => (float)random.NextGaussian())];
    }
}
