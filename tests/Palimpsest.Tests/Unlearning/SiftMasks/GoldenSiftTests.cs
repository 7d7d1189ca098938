using System.Text.Json;
using Palimpsest.Numerics;
using Palimpsest.Training.Optimizers;
using Palimpsest.Unlearning.SiftMasks;
using static Palimpsest.Tests.Unlearning.MergingData;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>Sign-fixed tuning of six small tasks with the trainer, optimizers and projection that ship, their merge, masks and a deletion, against the
/// reference in f64.</summary>
public sealed class GoldenSiftTests
{
    private const int Tasks = 6, Length = 39;

    // Of f32 against f64 over ten steps, relative to the largest value.
    private const double Trajectory = 2e-6;

    private static readonly Dictionary<string, double[]> s_expected = Tensors("sift", "expected.safetensors");

    private static readonly JsonElement s_figures = Json("sift", "expected.json");

    private static float[] Origin => [.. s_expected["w0"].Select(value => (float)value)];

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void Tuning_ProjectedAfterEachStep_GivesTheTrajectoriesAndMasks(string optimizer)
    {
        JsonElement figures = s_figures.GetProperty(optimizer);
        for (int task = 0; task < Tasks; task++)
        {
            SoftmaxTuning tuning = SoftmaxTuning.Run(Data(task), Origin, Options(optimizer), new SignFixing(Origin, Signs()), Rate(optimizer), before: false);
            Near(s_expected[$"{optimizer}.grad_steps.{task}"], Wide(tuning.Gradients), "gradients", Trajectory);
            Near(s_expected[$"{optimizer}.tau_steps.{task}"], Wide(tuning.Vectors), "task vectors", Trajectory);
            Near(figures.GetProperty("losses")[task].EnumerateArray().Select(value => value.GetDouble()), tuning.Losses, "losses", Trajectory);

            float[] tau = tuning.Vectors[^1];
            Near(Row($"{optimizer}.tau", task), Wide([tau]), "last", Trajectory);
            BitMask mask = new(Length), seen = new(Length);
            new SiftProjection(Signs()).Mark(0, tau, mask);
            Assert.True(mask.ContentEquals(Mask(Row($"{optimizer}.masks", task))));
            Assert.Equal(figures.GetProperty("mask_density")[task].GetDouble(), mask.Density, 1e-12);
            long[] codes = new long[Length];
            new FixedPointFormat().Quantize(tau, codes);
            SiftServing.Mark(0, codes, seen);
            Assert.True(mask.ContentEquals(seen));
        }
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void Tuning_ProjectedBeforeEachStep_LeavesViolationsAsThePrintedOrderDoes(string optimizer)
    {
        SoftmaxTuning printed = SoftmaxTuning.Run(Data(0), Origin, Options(optimizer), new SignFixing(Origin, Signs()), Rate(optimizer), before: true);
        Near(s_expected[$"{optimizer}.projection_before_step.tau0"], Wide([printed.Vectors[^1]]), "before the step", Trajectory);
        Assert.Equal(s_figures.GetProperty(optimizer).GetProperty("projection_before_step_violations").GetInt32(),
            printed.Vectors[^1].Zip(s_expected["sign"], (a, b) => a * b).Count(product => product < 0));
        SoftmaxTuning free = SoftmaxTuning.Run(Data(0), Origin, Options(optimizer), null, Rate(optimizer), before: false);
        Near(s_expected[$"{optimizer}.unconstrained.tau0"], Wide([free.Vectors[^1]]), "without constraint", Trajectory);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void Merge_SixTasks_ServesAndForgetsAsTheReference(string optimizer)
    {
        float[][] vectors = Vectors(optimizer);
        using FixedPointAccumulator sum = new(Length);
        foreach (float[] tau in vectors)
        {
            sum.Add(0, tau);
        }

        float[] read = new float[Length];
        sum.Read(0, read);
        Near(s_expected[$"{optimizer}.sum"], read, "sum");
        Near(s_expected[$"{optimizer}.mean"], SiftServing.Maskless(sum, Tasks), "mean");
        for (int task = 0; task < Tasks; task++)
        {
            BitMask mask = Mask(Row($"{optimizer}.masks", task));
            Near(Row($"{optimizer}.served", task), Serve(sum, Tasks, mask), $"task {task}");
            Near(Row($"{optimizer}.served_alpha_1.6", task), Serve(sum, Tasks, mask, alpha: 1.6), $"task {task}, alpha 1.6");
        }

        Near(s_expected[$"{optimizer}.served_maskless"], Serve(sum, Tasks, null), "maskless");
        CheckAccuracies(optimizer, sum);

        sum.Subtract(0, vectors[0]);
        for (int task = 1; task < Tasks; task++)
        {
            Near(s_expected[$"{optimizer}.after_deleting_0.served"].Skip((task - 1) * Length).Take(Length),
                Serve(sum, Tasks - 1, Mask(Row($"{optimizer}.masks", task))), $"task {task} after");
        }

        Near(s_expected[$"{optimizer}.after_deleting_0.maskless"], Serve(sum, Tasks - 1, null), "maskless after");
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void FixedPoint_CodesAndSums_EqualTheReferenceInAnyOrder(string optimizer)
    {
        FixedPointFormat format = new();
        long[] codes = [.. s_expected[$"{optimizer}.tau"].Select(value => format.Quantize(value))];
        Assert.Equal(s_expected[$"{optimizer}.fixed_point"], codes.Select(code => (double)code));
        Assert.True(codes.All(code => Math.Abs(code) < 1L << 53), "the reference is compared as f64");
        for (int j = 0; j < Length; j++)
        {
            long sum = Enumerable.Range(0, Tasks).Sum(task => codes[(task * Length) + j]);
            Assert.Equal(s_expected[$"{optimizer}.fixed_point_sum"][j], sum);
            Assert.Equal(s_expected[$"{optimizer}.after_deleting_0.fixed_point_sum"][j], sum - codes[j]);
        }

        // Each of the six deleted in turn: the sum is that of the others, built in the opposite order.
        float[][] vectors = Vectors(optimizer);
        Assert.All(s_figures.GetProperty(optimizer).GetProperty("fixed_point_equal").EnumerateArray().ToArray(), (equal, deleted) =>
        {
            using FixedPointAccumulator mixed = new(Length), fresh = new(Length);
            foreach (float[] tau in vectors)
            {
                mixed.Add(0, tau);
            }

            mixed.Subtract(0, vectors[deleted]);
            foreach (int task in Enumerable.Range(0, Tasks).Where(task => task != deleted).Reverse())
            {
                fresh.Add(0, vectors[task]);
            }

            Assert.Equal(equal.GetBoolean(), fresh.ContentHash() == mixed.ContentHash());
        });
    }

    [Fact]
    public void Cost_FormulasOfThePaper_EqualReference()
    {
        foreach (JsonElement row in s_figures.GetProperty("cost").EnumerateArray())
        {
            long tasks = row.GetProperty("tasks").GetInt64();
            Assert.Equal(row.GetProperty("refits_merging_delete_all_but_one").GetInt64(), SiftCost.MergeRefits(tasks - 1));
            Assert.Equal(row.GetProperty("refits_central_delete_all_but_one").GetInt64(), SiftCost.CentralRefits(tasks, tasks - 1));
            Assert.Equal(row.GetProperty("ratio").GetDouble(), SiftCost.CentralRefits(tasks, tasks - 1) / (double)SiftCost.MergeRefits(tasks - 1), 1e-12);
            Assert.Equal(row.GetProperty("storage_in_models").GetDouble(), SiftCost.StorageInModels(tasks));
            if (row.GetProperty("first_10_deletions_central").ValueKind == JsonValueKind.Number)
            {
                Assert.Equal(row.GetProperty("first_10_deletions_central").GetInt64(), SiftCost.CentralRefits(tasks, 10));
            }
        }
    }

    [Fact]
    public void Vector_UpdateBelowTheGridOfTheBase_SurvivesInTauButNotInTheta()
    {
        JsonElement example = s_figures.GetProperty("float32_parameter_example");
        float w0 = (float)example.GetProperty("w0").GetDouble(), update = (float)example.GetProperty("update").GetDouble();
        float[] tau = [update], theta = [w0 + update];
        BitMask ofTau = new(1), ofTheta = new(1);
        SiftProjection projection = new(new SignVector(new BitMask(1) { [0] = true }));
        projection.Mark(0, tau, ofTau);
        projection.Mark(0, [theta[0] - w0], ofTheta);
        Assert.True(ofTau[0]);
        Assert.Equal(!example.GetProperty("float32(w0 + update) == float32(w0)").GetBoolean(), ofTheta[0]);
    }

    private static void CheckAccuracies(string optimizer, FixedPointAccumulator sum)
    {
        JsonElement accuracy = s_figures.GetProperty(optimizer).GetProperty("accuracy");
        for (int task = 0; task < Tasks; task++)
        {
            SoftmaxTask data = Data(task);
            Assert.Equal(accuracy.GetProperty("zero_shot")[task].GetDouble(), data.Accuracy(s_expected["w0"]), 1e-12);
            Assert.Equal(accuracy.GetProperty("local")[task].GetDouble(), data.Accuracy([.. s_expected["w0"].Zip(Row($"{optimizer}.tau", task), (a, b) => a + b)]), 1e-12);
            Assert.Equal(accuracy.GetProperty("masked")[task].GetDouble(), data.Accuracy(Wide(Serve(sum, Tasks, Mask(Row($"{optimizer}.masks", task))))),
                1e-12);
            Assert.Equal(accuracy.GetProperty("maskless")[task].GetDouble(), data.Accuracy(Wide(Serve(sum, Tasks, null))), 1e-12);
        }
    }

    private static OptimizerOptions Options(string optimizer) => optimizer == "adam" ? new AdamWOptions { Beta2 = 0.999 } : new SgdOptions { Momentum = 0 };

    private static double Rate(string optimizer) => s_figures.GetProperty(optimizer).GetProperty("lr").GetDouble();

    private static SignVector Signs() => new(Mask(s_expected["sign"]));

    private static SoftmaxTask Data(int task) => new([.. s_expected["x"].Skip(task * 240).Take(240).Chunk(12)], [.. s_expected["y"].Skip(task * 20).Take(20).Select(value => (int)value)]);

    private static float[][] Vectors(string optimizer) =>
        [.. s_expected[$"{optimizer}.tau"].Chunk(Length).Select(row => row.Select(value => (float)value).ToArray())];

    private static IEnumerable<double> Row(string name, int task) => s_expected[name].Skip(task * Length).Take(Length);

    private static double[] Wide(float[] values) => [.. values.Select(value => (double)value)];

    private static double[] Wide(IEnumerable<float[]> rows) => [.. rows.SelectMany(Wide)];

    private static float[] Serve(FixedPointAccumulator sum, int owners, BitMask? mask, double alpha = 1)
    {
        float[] theta = new float[Length];
        SiftServing.Serve(0, Origin, mask is null ? SiftServing.Maskless(sum, owners) : SiftServing.Merged(sum, owners, new SiftOptions { Alpha = alpha }, []),
            mask, theta);
        return theta;
    }
}
