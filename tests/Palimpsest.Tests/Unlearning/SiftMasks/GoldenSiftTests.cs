using System.Text.Json;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Merging;
using Palimpsest.Unlearning.SiftMasks;
using static Palimpsest.Tests.Unlearning.MergingData;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>Sign-fixed tuning of six small tasks, their merge, masks and a deletion, against the reference. The optimizer runs in f64 here; which entries a step loses is decided by the projection.</summary>
public sealed class GoldenSiftTests
{
    private const int Tasks = 6, Steps = 10, Length = 39;

    private static readonly Dictionary<string, double[]> s_expected = Tensors("sift", "expected.safetensors");

    private static readonly JsonElement s_figures = Json("sift", "expected.json");

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void Projection_AfterEachStep_GivesTheTrajectoriesAndMasks(string optimizer)
    {
        JsonElement figures = s_figures.GetProperty(optimizer);
        for (int task = 0; task < Tasks; task++)
        {
            (double[] tau, double[][] taus, double[][] gradients, double[] losses) = Train(task, optimizer, projectBefore: false);
            Near(s_expected[$"{optimizer}.grad_steps.{task}"], gradients.SelectMany(row => row), "gradients", 1e-9);
            Near(s_expected[$"{optimizer}.tau_steps.{task}"], taus.SelectMany(row => row), "task vectors", 1e-9);
            Near(Row($"{optimizer}.tau", task), tau, "last", 1e-9);
            Near(figures.GetProperty("losses")[task].EnumerateArray().Select(value => value.GetDouble()), losses, "losses", 1e-9);

            float[] vector = [.. tau.Select(value => (float)value)];
            BitMask mask = new(Length);
            new SiftProjection(Signs()).Mark(0, vector, mask);
            Assert.True(mask.ContentEquals(Mask(Row($"{optimizer}.masks", task))));
            Assert.Equal(vector.Select(value => value != 0), Enumerable.Range(0, Length).Select(j => mask[j]));
            Assert.Equal(figures.GetProperty("mask_density")[task].GetDouble(), mask.Density, 1e-12);
        }
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void Projection_BeforeEachStep_LeavesViolationsAsThePrintedOrderDoes(string optimizer)
    {
        (double[] tau, _, _, _) = Train(0, optimizer, projectBefore: true);
        Near(s_expected[$"{optimizer}.projection_before_step.tau0"], tau, "before the step", 1e-9);
        Assert.Equal(s_figures.GetProperty(optimizer).GetProperty("projection_before_step_violations").GetInt32(), tau.Zip(s_expected["sign"], (a, b) => a * b).Count(product => product < 0));
        (double[] free, _, _, _) = Train(0, optimizer, projectBefore: null);
        Near(s_expected[$"{optimizer}.unconstrained.tau0"], free, "without constraint", 1e-9);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void Merge_SixTasks_ServesAndForgetsAsTheReference(string optimizer)
    {
        HeldTaskVectors tasks = Tasks6(optimizer);
        using FixedPointAccumulator sum = new(Length);
        SiftMerge merge = new(sum), strong = new(sum, Tasks, new SiftOptions { Alpha = 1.6 });
        string[] hashes = [.. Enumerable.Range(0, Tasks).Select(task => merge.Add(tasks, task))];
        float[] origin = [.. s_expected["w0"].Select(value => (float)value)], read = new float[Length];
        sum.Read(0, read);
        Near(s_expected[$"{optimizer}.sum"], read, "sum");
        sum.Read(0, read, Tasks);
        Near(s_expected[$"{optimizer}.mean"], read, "mean");
        for (int task = 0; task < Tasks; task++)
        {
            BitMask mask = Mask(Row($"{optimizer}.masks", task));
            Near(Row($"{optimizer}.served", task), Serve(merge, origin, mask), $"task {task}");
            Near(Row($"{optimizer}.served_alpha_1.6", task), Serve(strong, origin, mask), $"task {task}, alpha 1.6");
        }

        Near(s_expected[$"{optimizer}.served_maskless"], Serve(merge, origin, null), "maskless");
        CheckAccuracies(optimizer, merge, origin);

        merge.Remove(tasks, 0, hashes[0]);
        for (int task = 1; task < Tasks; task++)
        {
            Near(s_expected[$"{optimizer}.after_deleting_0.served"].Skip((task - 1) * Length).Take(Length), Serve(merge, origin, Mask(Row($"{optimizer}.masks", task))), $"task {task} after");
        }

        Near(s_expected[$"{optimizer}.after_deleting_0.maskless"], Serve(merge, origin, null), "maskless after");
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
        HeldTaskVectors tasks = Tasks6(optimizer);
        Assert.All(s_figures.GetProperty(optimizer).GetProperty("fixed_point_equal").EnumerateArray().ToArray(), (equal, deleted) =>
        {
            using FixedPointAccumulator mixed = new(Length), fresh = new(Length);
            SiftMerge all = new(mixed), others = new(fresh);
            string hash = Enumerable.Range(0, Tasks).Select(task => all.Add(tasks, task)).ToArray()[deleted];
            all.Remove(tasks, deleted, hash);
            foreach (int task in Enumerable.Range(0, Tasks).Where(task => task != deleted).Reverse())
            {
                others.Add(tasks, task);
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

    private static void CheckAccuracies(string optimizer, SiftMerge merge, float[] origin)
    {
        JsonElement accuracy = s_figures.GetProperty(optimizer).GetProperty("accuracy");
        for (int task = 0; task < Tasks; task++)
        {
            SoftmaxTask data = Data(task);
            Assert.Equal(accuracy.GetProperty("zero_shot")[task].GetDouble(), data.Accuracy(s_expected["w0"]), 1e-12);
            Assert.Equal(accuracy.GetProperty("local")[task].GetDouble(), data.Accuracy([.. s_expected["w0"].Zip(Row($"{optimizer}.tau", task), (a, b) => a + b)]), 1e-12);
            Assert.Equal(accuracy.GetProperty("masked")[task].GetDouble(), data.Accuracy(Wide(Serve(merge, origin, Mask(Row($"{optimizer}.masks", task))))), 1e-12);
            Assert.Equal(accuracy.GetProperty("maskless")[task].GetDouble(), data.Accuracy(Wide(Serve(merge, origin, null))), 1e-12);
        }
    }

    private static (double[] Tau, double[][] Taus, double[][] Gradients, double[] Losses) Train(int task, string optimizer, bool? projectBefore)
    {
        SoftmaxTask data = Data(task);
        SiftProjection projection = new(Signs());
        bool adam = optimizer == "adam";
        double lr = s_figures.GetProperty(optimizer).GetProperty("lr").GetDouble();
        double[] tau = new double[Length], m = new double[Length], v = new double[Length];
        List<double[]> taus = [], gradients = [];
        List<double> losses = [];
        for (int step = 1; step <= Steps; step++)
        {
            (double loss, double[] g) = data.At(Theta(tau));
            losses.Add(loss);
            gradients.Add(g);
            tau = projectBefore == true ? Project(projection, tau) : tau;
            for (int j = 0; j < Length; j++)
            {
                m[j] = (0.9 * m[j]) + (0.1 * g[j]);
                v[j] = (0.999 * v[j]) + (0.001 * g[j] * g[j]);
                tau[j] -= lr * (adam ? m[j] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(v[j] / (1 - Math.Pow(0.999, step))) + 1e-8) : g[j]);
            }

            tau = projectBefore == false ? Project(projection, tau) : tau;
            taus.Add([.. tau]);
        }

        losses.Add(data.At(Theta(tau)).Loss);
        return (tau, [.. taus], [.. gradients], [.. losses]);
    }

    private static double[] Project(SiftProjection projection, double[] tau)
    {
        float[] single = [.. tau.Select(value => (float)value)];
        projection.Apply(0, single);
        return [.. tau.Select((value, j) => single[j] == 0 ? 0 : value)];
    }

    private static double[] Theta(double[] tau) => [.. s_expected["w0"].Zip(tau, (a, b) => a + b)];

    private static SignVector Signs() => new(Mask(s_expected["sign"]));

    private static SoftmaxTask Data(int task) => new([.. s_expected["x"].Skip(task * 240).Take(240).Chunk(12)], [.. s_expected["y"].Skip(task * 20).Take(20).Select(value => (int)value)]);

    private static HeldTaskVectors Tasks6(string optimizer) => MergingData.Tasks(Flat(Length), s_expected[$"{optimizer}.tau"]);

    private static IEnumerable<double> Row(string name, int task) => s_expected[name].Skip(task * Length).Take(Length);

    private static double[] Wide(float[] values) => [.. values.Select(value => (double)value)];

    private static float[] Serve(SiftMerge merge, float[] origin, BitMask? mask)
    {
        float[] theta = new float[Length];
        merge.Serve(0, origin, mask, theta);
        return theta;
    }
}
