using System.Globalization;
using System.Text.Json;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Merging;
using static Palimpsest.Tests.Unlearning.MergingData;

namespace Palimpsest.Tests.Unlearning.Merging;

/// <summary>Fisher merging, RegMean, SLERP and soups against the reference.</summary>
public sealed class GoldenWeightedMergeTests
{
    [Fact]
    public void FisherMerge_FiveTasks_EqualsReference()
    {
        Dictionary<string, double[]> tensors = Tensors("tasks", "T5.safetensors"), expected = Tensors("fisher", "expected.safetensors");
        JsonElement figures = Json("fisher", "expected.json");
        HeldTaskVectors tasks = Tasks(Layout(), tensors["tau"]), fishers = Tasks(Layout(), expected["fisher"]);
        double[] coefficients = [.. figures.GetProperty("coefficients_scaled").EnumerateArray().Select(value => value.GetDouble())];
        float[] plain = Merge(new FisherMerge(new FisherMergeOptions(), fishers), tasks);
        Near(expected["delta_plain"], plain, "delta");
        Near(expected["plain"], Plus(tensors["base"], plain), "plain");
        Near(expected["scaled"], Plus(tensors["base"], Merge(new FisherMerge(new FisherMergeOptions { Coefficients = coefficients }, fishers), tasks)), "scaled");
        Near(expected["normalised"], Plus(tensors["base"], Merge(new FisherMerge(new FisherMergeOptions { Normalize = true }, fishers), tasks)), "normalised");

        HeldTaskVectors nothing = Tasks(Layout(), new double[5 * Layout().Count]);
        Near([.. Merge(new TaskArithmetic(new TaskArithmeticOptions { Mean = true }), tasks).Select(value => (double)value)], Merge(new FisherMerge(new FisherMergeOptions(), nothing), tasks), "all zero is the mean");
        Assert.Throws<PalimpsestException>(() => Merge(new FisherMerge(new FisherMergeOptions { Coefficients = [1, 2] }, fishers), tasks));
    }

    [Theory]
    [InlineData("layer0")]
    [InlineData("layer1")]
    public void RegMean_Layer_EqualsReference(string layer)
    {
        Dictionary<string, double[]> tensors = Tensors("regmean", "expected.safetensors");
        ParameterLayout layout = new([("weight", [4, 6]), ("bias", [4])]);
        HeldTaskVectors tasks = Tasks(layout, [.. Enumerable.Range(0, 3).SelectMany(task => tensors[$"{layer}.weight{task}"].Concat(tensors[$"{layer}.bias{task}"]))]);
        Grams grams = new([.. Enumerable.Range(0, 3).Select(task => tensors[$"{layer}.x{task}"])]);
        foreach (string alpha in (string[])["0.0", "0.9", "1.0"])
        {
            foreach ((bool mean, string name) in ((bool, string)[])[(false, "gram"), (true, "mean_gram")])
            {
                RegMeanOptions options = new() { Alpha = double.Parse(alpha, CultureInfo.InvariantCulture), MeanGram = mean };
                float[] merged = Merge(new RegMean(options, grams), tasks);
                Near(tensors[$"{layer}.{name}.{alpha}"], merged.Take(24), $"{name} {alpha}");
                Near(tensors[$"{layer}.bias"], merged.Skip(24), "bias");
            }
        }
    }

    [Fact]
    public void RegMean_InputsThatDoNotSpan_AreRefused()
    {
        HeldTaskVectors tasks = Tasks(new ParameterLayout([("weight", [1, 6])]), [1, 2, 3, 4, 5, 6]);
        Grams one = new([[1, 2, 3, 4, 5, 6]]);
        Assert.Contains("alpha below 1", Assert.Throws<PalimpsestException>(() => Merge(new RegMean(new RegMeanOptions { Alpha = 1 }, one), tasks)).Message, StringComparison.Ordinal);
        Near([1, 2, 3, 4, 5, 6], Merge(new RegMean(new RegMeanOptions(), one), tasks), "one task is itself");
    }

    [Fact]
    public void Slerp_TwoModels_EqualsReference()
    {
        Dictionary<string, double[]> tensors = Tensors("slerp", "expected.safetensors");
        HeldTaskVectors models = Tasks(Layout(), [.. tensors["model0"], .. tensors["model1"]]);
        foreach (string t in (string[])["0.0", "0.25", "0.5", "0.9", "1.0"])
        {
            SlerpOptions options = new() { Position = double.Parse(t, CultureInfo.InvariantCulture) };
            Near(tensors[$"per_tensor.{t}"], Merge(new Slerp(options), models), $"per tensor {t}");
            Near(tensors[$"flat.{t}"], Merge(new Slerp(options with { Whole = true }), models), $"whole {t}");
        }
    }

    [Fact]
    public void Slerp_SpecialAngles_EqualReference()
    {
        foreach (JsonElement item in Json("slerp", "expected.json").GetProperty("special").EnumerateArray())
        {
            double[] a = Numbers(item, "a"), b = Numbers(item, "b"), expected = Numbers(item, "result");
            float[] merged = Merge(new Slerp(new SlerpOptions { Position = item.GetProperty("t").GetDouble() }), Tasks(Flat(a.Length), [.. a, .. b]));
            Near([.. expected, 1], [.. merged, 1f], item.GetProperty("case").GetString()!);
        }

        Assert.Throws<PalimpsestException>(() => Merge(new Slerp(new SlerpOptions()), Tasks(Flat(1), [1, 2, 3])));
    }

    [Theory]
    [InlineData(false, "greedy_paper")]
    [InlineData(true, "greedy_code")]
    public void GreedySoup_Candidates_EqualReference(bool compat, string name)
    {
        Dictionary<string, double[]> tensors = Tensors("soup", "expected.safetensors");
        JsonElement file = Json("soup", "expected.json"), expected = file.GetProperty(name);
        HeldTaskVectors candidates = Tasks(Flat(5), tensors["candidates"]);
        double[][] x = [.. tensors["x"].Chunk(5)];
        List<double> scores = [];
        GreedySoup soup = new(new GreedySoupOptions { Compat = compat }, vector =>
        {
            float[] w = vector.ToArray();
            scores.Add(x.Where((row, i) => row.Zip(w, (a, b) => a * b).Sum() > 0 == tensors["y"][i] > 0).Count() / 40.0);
            return scores[^1];
        });
        Near(tensors[name], Merge(soup, candidates), name);
        Assert.Equal(expected.GetProperty("ingredients").EnumerateArray().Select(item => item.GetInt32()), soup.Ingredients);
        Assert.Equal(expected.GetProperty("accuracy").GetDouble(), soup.Score);
        Assert.Equal([.. Numbers(file, "scores"), .. expected.GetProperty("log").EnumerateArray().Select(item => item.GetProperty("accuracy_with").GetDouble())], scores);
        Near(tensors["uniform"], Merge(new TaskArithmetic(new TaskArithmeticOptions { Mean = true }), candidates), "uniform");
    }

    private static IEnumerable<float> Plus(double[] origin, float[] merged) => origin.Zip(merged, (a, b) => (float)(a + b));

    private static double[] Numbers(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    private sealed class Grams(double[][] inputs) : IGramSource
    {
        public bool Has(string parameter) => parameter == "weight";

        public long Read(int task, string parameter, Span<double> gram)
        {
            double[][] rows = [.. inputs[task].Chunk(6)];
            for (int i = 0; i < 36; i++)
            {
                gram[i] = rows.Sum(row => row[i / 6] * row[i % 6]);
            }

            return rows.Length;
        }
    }
}
