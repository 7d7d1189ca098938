using System.Text.Json.Nodes;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Interpretability;

/// <summary>Metrics and planted dictionaries against the reference, where PALIMPSEST_DATA names them.</summary>
public sealed class SaeMetricsGoldenTests
{
    public static TheoryData<string> Roots => SaeGolden.Root is string root ? [root] : [];

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Statistics_BatchesWithSpecialTokens_HaveTheReferencesFigures(string root)
    {
        using SaeGolden golden = new(Path.Combine(root, "metrics"));
        int[] special = [.. golden.Json["special_tokens"]!.AsArray().Select(id => (int)id!)];
        int batches = golden.Json["batches"]!.AsArray().Count;
        foreach ((string name, JsonNode? expected) in golden.Json["sae"]!.AsObject())
        {
            using DisposeScope scope = NewDisposeScope();
            using SparseAutoencoder sae = SaeGolden.Load(Path.Combine(root, name, "inference"), exact: true);
            SaeStatistics statistics = new(sae.Config.DIn, sae.Config.DSae), shifted = new(sae.Config.DIn, sae.Config.DSae);
            double shift = (double)expected!["explained_variance_shifted_reconstruction"]!["shift"]!;
            for (int batch = 0; batch < batches; batch++)
            {
                long[] tokens = [.. golden[$"tokens.{batch}"].data<long>()];
                int time = (int)golden[$"tokens.{batch}"].size(1);
                int[] kept = [.. Enumerable.Range(0, tokens.Length).Where(i => !special.Contains((int)tokens[i]))];
                Tensor x = golden[$"acts.{batch}"].to_type(ScalarType.Float64).view(-1, sae.Config.DIn).index_select(0,
                    tensor(kept.Select(i => (long)i).ToArray()));
                SaeCode code = sae.Encode(x);
                statistics.Add(x, sae.Output(code), code.Acts, [.. kept.Select(i => i / time)]);
                shifted.Add(x, Ops.Shift(sae.Output(code), shift), code.Acts);
            }

            SaeFigures figures = statistics.Read();
            JsonNode exact = expected["float64"]!;
            foreach ((string metric, double value) in new[]
            {
                ("l0", figures.L0), ("l1", figures.L1), ("mse", figures.SquaredError), ("explained_variance", figures.ExplainedVariance),
                ("explained_variance_legacy", figures.ExplainedVarianceLegacy), ("cossim", figures.Cosine), ("l2_norm_in", figures.NormIn),
                ("l2_norm_out", figures.NormOut), ("l2_ratio", figures.NormRatio), ("relative_reconstruction_bias", figures.ReconstructionBias),
            })
            {
                SaeGolden.Near((double)exact[metric]!, value, 1e-6, $"{name} {metric}");
            }

            Assert.Equal((int)expected["tokens_kept"]!, figures.Tokens);
            Assert.Equal((int)expected["never_fired"]!, figures.Dead);
            Assert.Equal((int)expected["below_1e-5"]!, figures.Densities.Count(density => density < 1e-5));
            SaeGolden.Near((double)expected["share_above_1_percent"]!, figures.ShareAbove(0.01), 1e-12, name);
            SaeGolden.Near((double)expected["share_above_10_percent"]!, figures.ShareAbove(0.1), 1e-12, name);
            SaeGolden.Near((double)expected["firing_mass_above_1_percent"]!, figures.MassAbove(0.01), 1e-12, name);
            SaeGolden.Near((double)expected["firing_mass_above_10_percent"]!, figures.MassAbove(0.1), 1e-12, name);
            SaeGolden.Near((double)expected["explained_variance_dictionary_learning"]!, figures.ExplainedVarianceOfCentred, 1e-6, name);
            SaeGolden.Near((double)expected["explained_variance_shifted_reconstruction"]!["correct"]!, shifted.Read().ExplainedVariance, 1e-6, name);
            double[] edges = [.. expected["log10_density_histogram"]!["edges"]!.AsArray().Select(edge => (double)edge!)];
            Assert.Equal(expected["log10_density_histogram"]!["counts"]!.AsArray().Select(count => (int)(double)count!), figures.Histogram(edges));
            golden.Close(tensor(figures.Densities.ToArray()), name + ".feature_density", 1e-6);
            float[] heuristic = [.. golden[name + ".consistent_activation_heuristic"].data<float>()];
            foreach ((float wanted, double given) in heuristic.Zip(figures.FiringsAPrompt))
            {
                Assert.Equal(wanted, given, 1e-5);
            }
        }
    }

    [Fact]
    public void Statistics_PredictorOfTheMean_ExplainsNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = TestContexts.Normal(3, 50, 6), mean = x.mean([0], keepdim: true).expand(50, 6), acts = zeros(50, 4);
        SaeStatistics none = new(6, 4), all = new(6, 4);
        none.Add(x, mean, acts);
        all.Add(x, x, acts);
        Assert.Equal(0, none.Read().ExplainedVariance, 1e-9);
        Assert.Equal(1, all.Read().ExplainedVariance, 1e-12);
        Assert.Equal(4, all.Read().Dead);
        Assert.Throws<PalimpsestException>(() => new SaeStatistics(6, 4).Read());
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Planted_RowsAndMatches_EqualTheReference(string root)
    {
        using SaeGolden golden = new(Path.Combine(root, "planted"));
        using DisposeScope scope = NewDisposeScope();
        float[][] truth = Rows(golden["dictionary"]);
        double[] probability = [.. golden["firing_probability"].data<double>()];
        PlantedDictionary planted = new((ulong)(long)golden.Json["seed"]!, truth);
        Assert.Equal(golden.Json["splitmix64_first_outputs"]!.AsArray().Select(text => ulong.Parse((string)text!, null)), Enumerable.Range(0, 4)
            .Select(i => planted.Output((ulong)i)));
        int rows = (int)golden.Json["rows"]!;
        int[] counts = new int[truth.Length];
        double[] c = new double[truth.Length];
        float[] x = new float[truth[0].Length], expected = [.. golden["x"].data<float>()];
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            planted.Row(row, probability, x, c);
            for (int j = 0; j < c.Length; j++)
            {
                counts[j] += c[j] > 0 ? 1 : 0;
                sum += c[j];
            }

            if ((row + 1) * x.Length <= expected.Length)
            {
                Assert.Equal(expected[(row * x.Length)..((row + 1) * x.Length)], x);
            }
        }

        Assert.Equal(golden.Json["firing_counts"]!.AsArray().Select(count => (int)count!), counts);
        SaeGolden.Near((double)golden.Json["sum_of_coefficients"]!, sum, 1e-12, "coefficients");
        foreach ((string name, JsonNode? wanted) in golden.Json["saes"]!.AsObject())
        {
            DictionaryMatch match = new(truth, Rows(golden["learned." + name]));
            foreach ((string metric, double value) in new[]
            {
                ("mmcs_learned_to_true_signed", match.LearntToTrue(false)), ("mmcs_true_to_learned_signed", match.TrueToLearnt(false)),
                ("mmcs_learned_to_true_abs", match.LearntToTrue(true)), ("mmcs_true_to_learned_abs", match.TrueToLearnt(true)),
                ("mcc_hungarian_abs", match.MatchedMean(true)), ("hungarian_signed_mean", match.MatchedMean(false)),
                ("recovered_0.9_max_signed", match.Recovered(0.9)), ("recovered_0.9_max_abs", match.Recovered(0.9, true)), ("uniqueness", match.Uniqueness()),
            })
            {
                SaeGolden.Near((double)wanted![metric]!, value, 1e-6, $"{name} {metric}");
            }

            foreach ((string form, bool absolute) in new[] { ("assignment_abs", true), ("assignment_signed", false) })
            {
                // The reference lists the true direction of each learnt one.
                int[] truths = [.. wanted![form]!.AsArray().Select(column => (int)column!)];
                Assert.Equal(Enumerable.Range(0, truth.Length), match.Assign(absolute).Select(learnt => truths[learnt]));
            }

            if (wanted!["best_threshold_f1"] is JsonNode f1)
            {
                CheckDetection(golden, name, wanted, f1, planted, probability, match);
            }
        }

        JsonNode tiny = golden.Json["tiny_assignment"]!;
        double[][] cosines = [.. tiny["cosines"]!.AsArray().Select(row => row!.AsArray().Select(value => (double)value!).ToArray())];
        Assert.Equal(tiny["assignment_signed"]!.AsArray().Select(column => (int)column!), LinearAssignment.Largest(cosines));
        Assert.Equal(tiny["assignment_abs"]!.AsArray().Select(column => (int)column!),
            LinearAssignment.Largest([.. cosines.Select(row => row.Select(Math.Abs).ToArray())]));
    }

    private static void CheckDetection(SaeGolden golden, string name, JsonNode wanted, JsonNode f1, PlantedDictionary planted, double[] probability,
        DictionaryMatch match)
    {
        using SparseAutoencoder sae = SaeGolden.Load(Path.Combine(golden.Folder, name), exact: true);
        int rows = (int)wanted["rows_evaluated"]!, width = sae.Config.DIn;
        float[] x = new float[rows * width];
        double[][] truth = [.. Enumerable.Range(0, rows).Select(_ => new double[planted.Features])];
        for (int row = 0; row < rows; row++)
        {
            planted.Row(row, probability, x.AsSpan(row * width, width), truth[row]);
        }

        using IDisposable noGrad = no_grad();
        SaeCode code = sae.Encode(tensor(x, [rows, width]));
        float[] acts = TensorBytes.ToArray(code.Acts);
        double[] best = [.. match.Nearest().Select((near, j) => Detector.BestF1(
            [.. Enumerable.Range(0, rows).Select(row => acts[(row * sae.Config.DSae) + near.Learnt])], [.. truth.Select(row => row[j] > 0)]).F1)];
        foreach ((JsonNode? expected, double value) in f1.AsArray().Zip(best))
        {
            SaeGolden.Near((double)expected!, value, 1e-9, $"{name} F1");
        }

        Assert.Equal((int)wanted["recovered_cosine_0.9_and_f1_0.7"]!, match.Nearest().Zip(best).Count(pair => pair.First.Cosine > 0.9 && pair.Second > 0.7));
        SaeStatistics statistics = new(width, sae.Config.DSae);
        statistics.Add(tensor(x, [rows, width]), sae.Output(code), code.Acts);
        SaeGolden.Near((double)wanted["l0"]!, statistics.Read().L0, 1e-9, name);
        SaeGolden.Near((double)wanted["explained_variance"]!, statistics.Read().ExplainedVariance, 1e-6, name);
        Assert.Equal((int)wanted["dead_latents"]!, statistics.Read().Dead);
    }

    private static float[][] Rows(Tensor matrix) => [.. matrix.data<float>().ToArray().Chunk((int)matrix.size(1))];
}
