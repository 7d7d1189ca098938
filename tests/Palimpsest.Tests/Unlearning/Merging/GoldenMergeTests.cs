using System.Globalization;
using System.Text.Json;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Merging;
using static Palimpsest.Tests.Unlearning.MergingData;

namespace Palimpsest.Tests.Unlearning.Merging;

/// <summary>Every method on every reference set of task vectors, in the paper's form and in the forms of released code.</summary>
public sealed class GoldenMergeTests
{
    private static readonly string[] s_lambdas = ["0.2", "0.4", "0.6", "1.0"];

    public static IEnumerable<TheoryDataRow<string>> AllSets() => Sets();

    [Theory, MemberData(nameof(AllSets))]
    public void TaskArithmetic_Set_EqualsReference(string set)
    {
        (ITaskVectors tasks, Dictionary<string, double[]> expected, _) = Load(set);
        Near(expected["task_arithmetic.sum"], Merge(new TaskArithmetic(new TaskArithmeticOptions()), tasks), "sum");
        Near(expected["task_arithmetic.mean"], Merge(new TaskArithmetic(new TaskArithmeticOptions { Mean = true }), tasks), "mean");
        Near(expected["task_arithmetic.scaled_0.3"], Merge(new TaskArithmetic(new TaskArithmeticOptions { Scale = 0.3 }), tasks), "scaled");
    }

    [Theory, MemberData(nameof(AllSets))]
    public void Ties_Set_EqualsReference(string set)
    {
        (ITaskVectors tasks, Dictionary<string, double[]> expected, JsonElement figures) = Load(set);
        foreach (string density in (string[])["0.2", "0.5"])
        {
            TiesOptions options = new() { Density = Number(density) };
            TiesOptions published = options with { Form = TiesForm.PublishedCode };
            Near(expected[$"ties.{density}.trimmed"], All(new Ties(options).Trimmed(tasks)), "trimmed");
            Near(expected[$"ties.{density}.mean"], Merge(new Ties(options), tasks), "mean");
            Near(expected[$"ties.{density}.sum"], Merge(new Ties(options with { Sum = true }), tasks), "sum");
            Near(expected[$"ties_published_code.{density}.mean"], Merge(new Ties(published), tasks), "published mean");
            Near(expected[$"ties_published_code.{density}.sum"], Merge(new Ties(published with { Sum = true }), tasks), "published sum");
            Near(expected[$"ties_mergekit.{density}"], Merge(new Ties(options with { Form = TiesForm.Mergekit }), tasks), "mergekit");
            JsonElement kept = figures.GetProperty($"ties.{density}.kept_per_task");
            Assert.Equal(Integers(kept.GetProperty("definition")), Kept(new Ties(options).Trimmed(tasks)));
            Assert.Equal(Integers(kept.GetProperty("published_code")), Kept(new Ties(published).Trimmed(tasks)));
        }

        Near(expected["ties.1.0.mean"], Merge(new Ties(new TiesOptions { Density = 1 }), tasks), "untrimmed");
        float[] trimmed = All(new Ties(new TiesOptions()).Trimmed(tasks));
        int length = (int)tasks.Layout.Count;
        double[] sums = [.. Enumerable.Range(0, length).Select(j => Enumerable.Range(0, tasks.Count).Sum(task => (double)trimmed[(task * length) + j]))];
        Assert.Equal(figures.GetProperty("ties.elected_sign_zero").GetProperty("after_trim_0.2").GetInt32(), sums.Count(sum => sum == 0));
        Assert.Equal(figures.GetProperty("ties.elected_sign_zero").GetProperty("majority").GetDouble(), Math.Sign(sums.Sum(Math.Sign)));
    }

    [Fact]
    public void Ties_ElectedSignOfZero_IsReadAsEachFormSays()
    {
        foreach (JsonElement item in Json("expected", "elected_zero.json").GetProperty("cases").EnumerateArray())
        {
            HeldTaskVectors tasks = Tasks(Flat(5), [.. item.GetProperty("tau").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(value => value.GetDouble()))]);
            Near(Numbers(item.GetProperty("definition")), Merge(new Ties(new TiesOptions { Density = 1 }), tasks), "definition");
            Near(Numbers(item.GetProperty("mergekit")), Merge(new Ties(new TiesOptions { Density = 1, Form = TiesForm.Mergekit }), tasks), "mergekit");

            // The released code cannot leave out trimming; with six zeros more it keeps every entry that is not zero.
            HeldTaskVectors padded = new(Flat(11), [.. Enumerable.Range(0, 2).Select(task => (float[])[.. All(tasks).AsSpan(task * 5, 5), .. new float[6]])]);
            Near(Numbers(item.GetProperty("published_code")), Merge(new Ties(new TiesOptions { Density = 0.5, Form = TiesForm.PublishedCode }), padded).Take(5), "published");
        }
    }

    [Theory, MemberData(nameof(AllSets))]
    public void Dare_Set_EqualsReference(string set)
    {
        (ITaskVectors tasks, Dictionary<string, double[]> expected, _) = Load(set);
        BitMask[] keep = Masks(expected["dare.keep"], tasks);
        Near(expected["dare.rescaled"], All(Method(new DareOptions(), new TaskArithmetic(new TaskArithmeticOptions())).Changed(tasks)), "rescaled");
        Near(expected["dare.linear_sum"], Merge(Method(new DareOptions(), new TaskArithmetic(new TaskArithmeticOptions())), tasks), "sum");
        Near(expected["dare.linear_mean"], Merge(Method(new DareOptions(), new TaskArithmetic(new TaskArithmeticOptions { Mean = true })), tasks), "mean");
        Near(expected["dare.ties_sum"], Merge(Method(new DareOptions(), new Ties(new TiesOptions { Density = 1, Sum = true })), tasks), "TIES sum");
        Near(expected["dare.ties_mean"], Merge(Method(new DareOptions(), new Ties(new TiesOptions { Density = 1 })), tasks), "TIES mean");
        Near(expected["dare_mergekit_l1.linear"], Merge(Method(new DareOptions { RescaleToL1 = true }, new TaskArithmetic(new TaskArithmeticOptions())), tasks), "l1");
        Near(expected["dare_mergekit_l1.ties"], Merge(Method(new DareOptions { RescaleToL1 = true }, new Ties(new TiesOptions { Density = 1, Sum = true, Form = TiesForm.Mergekit })), tasks), "l1 TIES");

        Dare Method(DareOptions options, IMergeMethod then) => new(options, new RandomStream(0), then) { Keep = task => keep[task] };
    }

    [Theory, MemberData(nameof(AllSets))]
    public void TallMasks_Set_EqualsReference(string set)
    {
        (ITaskVectors tasks, Dictionary<string, double[]> expected, JsonElement figures) = Load(set);
        foreach (string lambda in s_lambdas)
        {
            TallMasksOptions options = new() { Lambda = Number(lambda) };
            List<TaskMask> masks = [];
            float[] merged = Merge(new TallMasks(options), tasks, masks.Add);
            Near(expected["task_arithmetic.sum"], merged, "multi-task vector");
            Same(expected[$"tall.{lambda}.masks"], masks, $"tall {lambda}");
            Near(expected[$"tall.{lambda}.task_vectors"], Served(merged, masks), $"served {lambda}");
            Near(Numbers(figures.GetProperty($"tall.{lambda}").GetProperty("density")), masks.Select(mask => mask.Mask.Density), "density", 1e-12);

            masks.Clear();
            Near(expected["task_arithmetic.mean"], Merge(new TallMasks(options with { MeanInclusive = true }), tasks, masks.Add), "mean vector");
            Same(expected[$"tall_mean_ge.{lambda}.masks"], masks, $"mean {lambda}");
            for (int k = 0; k < 4; k++)
            {
                Near(expected[$"consensus.{lambda}.k{k}"], Merge(new ConsensusTall(new ConsensusTallOptions { AtLeast = k, Tall = options }), tasks), $"consensus {lambda} {k}");
            }
        }

        List<TaskMask> onTies = [];
        Merge(new TallMasks(new TallMasksOptions(), new Ties(new TiesOptions { Sum = true })), tasks, onTies.Add);
        Same(expected["tall_ties.0.4.masks"], onTies, "on TIES");
    }

    [Theory, MemberData(nameof(AllSets))]
    public void Emr_Set_EqualsReference(string set)
    {
        (ITaskVectors tasks, Dictionary<string, double[]> expected, JsonElement figures) = Load(set);
        foreach ((bool means, string name) in ((bool, string)[])[(false, "l1"), (true, "tensor_mean")])
        {
            List<TaskMask> masks = [];
            float[] unified = Merge(new Emr(new EmrOptions { TensorMeans = means }), tasks, masks.Add);
            Near(expected["emr.unified"], unified, "unified");
            Assert.Equal(expected["emr.sign"], unified.Select(value => value > 0 ? 1.0 : -1.0));
            Same(expected["emr.masks"], masks, "masks");
            Near(Numbers(figures.GetProperty($"emr.rescale_{name}")), masks.Select(mask => mask.Scale), name, 1e-12);
            Near(expected[$"emr.task_vectors_{name}"], Served(unified, masks), name);
        }
    }

    [Theory, MemberData(nameof(AllSets))]
    public void Breadcrumbs_Set_EqualsReference(string set)
    {
        (ITaskVectors tasks, Dictionary<string, double[]> expected, JsonElement figures) = Load(set);
        foreach ((string density, string gamma) in ((string, string)[])[("0.6", "0.1"), ("0.2", "0.02")])
        {
            BreadcrumbsOptions options = new() { Density = Number(density), Gamma = Number(gamma) };
            string name = $"{density}.{gamma}";
            float[] cut = All(new Breadcrumbs(options).Changed(tasks)), mergekit = All(new Breadcrumbs(options with { Form = BreadcrumbsForm.Mergekit }).Changed(tasks));
            Near(expected[$"breadcrumbs.{name}"], cut, name);
            Near(expected[$"breadcrumbs_mergekit.{name}"], mergekit, name + " mergekit");
            Near(expected[$"breadcrumbs_rowwise.{name}.keep_first"], All(new Breadcrumbs(options with { Form = BreadcrumbsForm.RowsKeepFirst }).Changed(tasks)), name + " keep first");
            Near(expected[$"breadcrumbs_rowwise.{name}.remove_first"], All(new Breadcrumbs(options with { Form = BreadcrumbsForm.RowsDropFirst }).Changed(tasks)), name + " drop first");
            foreach (ParameterSlot slot in tasks.Layout.Slots)
            {
                // Entries that are zero already cannot be told from dropped ones, so the counts are upper bounds of what is seen.
                JsonElement kept = figures.GetProperty($"breadcrumbs.{name}.kept_per_tensor").GetProperty(slot.Name);
                Assert.InRange(Count(cut, slot), 0, kept.GetProperty("definition").GetInt32());
                Assert.InRange(Count(mergekit, slot), 0, kept.GetProperty("mergekit").GetInt32());
            }
        }

        static int Count(float[] values, ParameterSlot slot) => values.Skip((int)slot.Offset).Take((int)slot.Count).Count(value => value != 0);
    }

    [Theory, MemberData(nameof(AllSets))]
    public void LocalizeAndStitch_Set_EqualsReference(string set)
    {
        (ITaskVectors tasks, Dictionary<string, double[]> expected, JsonElement figures) = Load(set);
        BitMask[] given = Masks(expected["stitch.given_masks"], tasks);
        Near(expected["stitch.merged"], Merge(new LocalizeAndStitch(new LocalizeAndStitchOptions()), tasks), "data-free");
        Near(expected["stitch.given_merged"], Merge(new LocalizeAndStitch(new LocalizeAndStitchOptions(), task => given[task]), tasks), "given");
        foreach ((bool compat, string name, string counts) in ((bool, string, string)[])[(false, "stitch.masks", "definition"), (true, "stitch_published_code.masks", "published_code")])
        {
            LocalizeAndStitch method = new(new LocalizeAndStitchOptions { Compat = compat });
            BitMask[] masks = [.. All(tasks).Chunk((int)tasks.Layout.Count).Select(tau => method.Region(tau))];
            Same(expected[name], masks.Select((mask, task) => new TaskMask(task, mask)), name);
            Assert.Equal(Integers(figures.GetProperty("stitch.kept_per_task").GetProperty(counts)), masks.Select(mask => (int)mask.PopCount()));
        }
    }

    private static (ITaskVectors Tasks, Dictionary<string, double[]> Expected, JsonElement Figures) Load(string set) =>
        (Tasks(Layout(), Tensors("tasks", set + ".safetensors")["tau"]), Tensors("expected", set + ".safetensors"), Json("expected", set + ".json"));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double[] Numbers(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetDouble())];

    private static int[] Integers(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetInt32())];

    private static IEnumerable<int> Kept(ITaskVectors tasks) => All(tasks).Chunk((int)tasks.Layout.Count).Select(tau => tau.Count(value => value != 0));

    private static BitMask[] Masks(double[] rows, ITaskVectors tasks) => [.. rows.Chunk((int)tasks.Layout.Count).Select(Mask)];

    private static void Same(double[] rows, IEnumerable<TaskMask> masks, string where)
    {
        TaskMask[] found = [.. masks];
        double[][] wanted = [.. rows.Chunk(rows.Length / found.Length)];
        Assert.All(found, (mask, task) => Assert.True(mask.Task == task && mask.Mask.ContentEquals(Mask(wanted[task])), $"{where}, task {task}"));
    }

    private static IEnumerable<float> Served(float[] merged, List<TaskMask> masks) => masks.SelectMany(mask =>
    {
        float[] served = new float[merged.Length];
        mask.Serve(merged, served);
        return served;
    });
}
