using System.Text.Json.Nodes;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Optimizers;
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
            SaeStatistics Empty() => new(sae.Config.DIn, sae.Config.DSae);
            SaeStatistics statistics = Empty(), shifted = Empty(), constant = Empty();
            List<Tensor> all = [];
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
                all.Add(x);
            }

            Tensor whole = cat(all);
            constant.Add(whole, whole.mean([0], keepdim: true).expand(whole.shape), sae.Encode(whole).Acts);

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
                SaeGolden.Near((double)expected["saelens"]![metric]!, value, 1e-5, $"{name} {metric} as SAELens computes it");
            }

            Assert.Equal((int)expected["tokens_kept"]!, figures.Tokens);
            Assert.Equal((int)expected["never_fired"]!, figures.Dead);
            Assert.Equal((int)expected["below_1e-5"]!, figures.Densities.Count(density => density < 1e-5));
            Assert.Equal((int)expected["below_1e-6"]!, figures.Densities.Count(density => density < 1e-6));
            SaeGolden.Near((double)expected["share_above_1_percent"]!, figures.ShareAbove(0.01), 1e-12, name);
            SaeGolden.Near((double)expected["share_above_10_percent"]!, figures.ShareAbove(0.1), 1e-12, name);
            SaeGolden.Near((double)expected["firing_mass_above_1_percent"]!, figures.MassAbove(0.01), 1e-12, name);
            SaeGolden.Near((double)expected["firing_mass_above_10_percent"]!, figures.MassAbove(0.1), 1e-12, name);
            SaeGolden.Near((double)expected["explained_variance_dictionary_learning"]!, figures.ExplainedVarianceOfCentred, 1e-6, name);
            SaeGolden.Near((double)expected["explained_variance_shifted_reconstruction"]!["correct"]!, shifted.Read().ExplainedVariance, 1e-6, name);
            SaeGolden.Near((double)expected["explained_variance_shifted_reconstruction"]!["dictionary_learning"]!, shifted.Read().ExplainedVarianceOfCentred,
                1e-6, name);
            SaeGolden.Near((double)expected["explained_variance_mean_predictor"]!, constant.Read().ExplainedVariance, 1e-9, name);
            double[] edges = [.. expected["log10_density_histogram"]!["edges"]!.AsArray().Select(edge => (double)edge!)];
            Assert.Equal(expected["log10_density_histogram"]!["counts"]!.AsArray().Select(count => (int)(double)count!), figures.Histogram(edges));
            golden.Close(tensor(figures.Densities.ToArray()), name + ".feature_density", 1e-6);
            golden.Close(tensor(figures.Densities.Select(density => Math.Log10(density + 1e-10)).ToArray()), name + ".log10_density", 1e-6);
            Tensor encoder = sae.Parameters["W_enc"].t(), lengths = encoder.norm(1, keepdim: false, p: 2);
            golden.Close(lengths, name + ".encoder_norm", 1e-6);
            golden.Close(encoder.mul(sae.Decoder).sum(dim: 1).div(lengths.mul(sae.Decoder.norm(1, keepdim: false, p: 2))), name + ".encoder_decoder_cosine",
                1e-6);
            float[] heuristic = [.. golden[name + ".consistent_activation_heuristic"].data<float>()];
            foreach ((float wanted, double given) in heuristic.Zip(figures.FiringsAPrompt))
            {
                Assert.Equal(wanted, given, 1e-5);
            }
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Scores_OfExamplesByHand_EqualTheReference(string root)
    {
        using SaeGolden golden = new(Path.Combine(root, "metrics"));
        foreach (JsonNode? item in golden.Json["ce_loss_recovered_examples"]!.AsArray())
        {
            SaeGolden.Near((double)item!["ce_loss_score"]!,
                SplicedLosses.Recovered((double)item["ce_clean"]!, (double)item["ce_sae"]!, (double)item["ce_ablation"]!), 1e-12, "recovered");
        }

        using DisposeScope scope = NewDisposeScope();
        JsonNode example = golden.Json["dead_features_example"]!;
        using DeadLatents dead = new(example["steps"]![0]!["fired"]!.AsArray().Count, (int)example["window"]!);
        foreach (JsonNode? step in example["steps"]!.AsArray())
        {
            bool[] Flags(string name) => [.. step![name]!.AsArray().Select(value => (bool)value!)];
            bool[] none = new bool[Flags("fired").Length];
            Assert.Equal(Flags("dead_mask_used_by_this_step"), dead.Pass(0).Dead is Tensor mask ? mask.data<bool>().ToArray() : none);
            dead.Update(tensor(Flags("fired")).unsqueeze(0).to_type(ScalarType.Float32));
            Assert.Equal(step!["passes_since_fired_after"]!.AsArray().Select(value => (long)(double)value!), dead.Silent.data<long>().ToArray());
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Log_OfTwoSteps_HasTheTrainersFigures(string root)
    {
        using SaeGolden golden = new(Path.Combine(root, "metrics"));
        JsonNode expected = golden.Json["trainer_log_dict"]!, values = expected["values"]!;
        using DisposeScope scope = NewDisposeScope();
        using SparseAutoencoder sae = SaeGolden.Load(Path.Combine(root, expected["sae"]!.ToString()), exact: true);
        using AdamW adam = new(sae.Parameters, new AdamWOptions { Beta2 = 0.999 });
        using DeadLatents dead = new(sae.Config.DSae, 0);
        Tensor first = golden.Exact("x_train"), second = Ops.Scale(first, 0.5);
        foreach ((int step, Tensor x) in new[] { first, second }.Index())
        {
            sae.Parameters.ZeroGradients();
            SaeTerms terms = sae.Losses(x, x, dead.Pass(sae.Config.Options.SparsityAt(step)));
            Tensor loss = terms.Terms.Select(term => term.Rows.mean()).Aggregate(Ops.Add);
            dead.Update(terms.Code.Acts);
            if (step == 0)
            {
                Autograd.Backward(loss);
                GradientClipping.Apply(sae.Parameters, sae.Parameters.Norm(), 1);
                adam.Step((double)values["details/current_learning_rate"]!);
                continue;
            }

            SaeStatistics statistics = new(sae.Config.DIn, sae.Config.DSae);
            statistics.Add(x, terms.Output, terms.Code.Acts);
            SaeFigures figures = statistics.Read();
            double[] shares = [.. terms.Errors.div(Ops.Subtract(x, x.mean([0], keepdim: true)).square().sum(dim: 1)).data<double>().Select(error => 1 - error)];
            double mean = shares.Average();
            Dictionary<string, double> made = new()
            {
                ["losses/overall_loss"] = Ops.Number(loss),
                ["metrics/explained_variance_legacy"] = figures.ExplainedVarianceLegacy,
                ["metrics/explained_variance_legacy_std"] = Math.Sqrt(shares.Sum(share => (share - mean) * (share - mean)) / (shares.Length - 1)),
                ["metrics/explained_variance"] = figures.ExplainedVariance,
                ["metrics/l0"] = figures.L0,
                ["sparsity/mean_passes_since_fired"] = dead.Silent.to_type(ScalarType.Float64).data<double>().Average(),
                ["sparsity/dead_features"] = dead.Count,
                ["details/current_learning_rate"] = (double)values["details/current_learning_rate"]!,
                ["details/n_training_samples"] = first.size(0) + second.size(0),
                ["details/l1_coefficient"] = sae.Config.Options.SparsityAt(step + 1), // the reference logs that of the next step
            };
            terms.Terms.ToList().ForEach(term => made.Add("losses/" + term.Name, Ops.Number(term.Rows.mean())));
            Assert.Equal(values.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal), made.Keys.Order(StringComparer.Ordinal));
            Assert.All(made, pair => SaeGolden.Near((double)values[pair.Key]!, pair.Value, 2e-6, pair.Key));
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
        PlantedDictionary zero = new(0, truth);
        Assert.Equal(golden.Json["splitmix64_of_seed_0"]!.AsArray().Select(text => ulong.Parse((string)text!, null)), Enumerable.Range(0, 3)
            .Select(i => zero.Output((ulong)i)));
        Assert.Equal(((int)golden.Json["features"]!, (int)golden.Json["d_in"]!), (truth.Length, truth[0].Length));
        int rows = (int)golden.Json["rows"]!;
        int[] counts = new int[truth.Length];
        double[] c = new double[truth.Length];
        float[] x = new float[truth[0].Length], expected = [.. golden["x"].data<float>()];
        double sum = 0, squares = 0;
        double[] columns = new double[x.Length];
        int[] active = new int[golden.Json["l0_histogram"]!.AsArray().Count];
        List<(int Row, int Column, double Value)> first = [];
        for (int row = 0; row < rows; row++)
        {
            planted.Row(row, probability, x, c);
            for (int j = 0; j < c.Length; j++)
            {
                counts[j] += c[j] > 0 ? 1 : 0;
                sum += c[j];
                if (c[j] > 0 && (row + 1) * x.Length <= expected.Length)
                {
                    first.Add((row, j, c[j]));
                }
            }

            active[c.Count(one => one > 0)]++;
            for (int i = 0; i < x.Length; i++)
            {
                columns[i] += x[i];
                squares += (double)x[i] * x[i];
            }

            if ((row + 1) * x.Length <= expected.Length)
            {
                Assert.Equal(expected[(row * x.Length)..((row + 1) * x.Length)], x);
            }
        }

        Assert.Equal(golden.Json["firing_counts"]!.AsArray().Select(count => (int)count!), counts);
        SaeGolden.Near((double)golden.Json["sum_of_coefficients"]!, sum, 1e-12, "coefficients");
        SaeGolden.Near((double)golden.Json["sum_x_squared"]!, squares, 1e-6, "squares");
        SaeGolden.Near((double)golden.Json["mean_l0"]!, counts.Sum() / (double)rows, 1e-12, "L0");
        Assert.Equal(golden.Json["l0_histogram"]!.AsArray().Select(count => (int)count!), active);
        Assert.All(golden.Json["sum_x"]!.AsArray().Zip(columns), pair => SaeGolden.Near((double)pair.First!, pair.Second, 1e-5, "sum"));
        Assert.Equal(golden["coef.row"].data<int>().Zip(golden["coef.col"].data<int>(), golden["coef.value"].data<double>()), first);
        foreach ((string name, JsonNode? wanted) in golden.Json["saes"]!.AsObject())
        {
            float[][] learnt = Rows(golden["learned." + name]);
            DictionaryMatch match = new(truth, learnt);
            double Cosine(int direction, int latent) => truth[direction].Zip(learnt[latent], (a, b) => (double)a * b).Sum()
                / Math.Sqrt(truth[direction].Sum(a => (double)a * a) * learnt[latent].Sum(b => (double)b * b));
            foreach ((string metric, double value) in new[]
            {
                ("mmcs_learned_to_true_signed", match.LearntToTrue(false)), ("mmcs_true_to_learned_signed", match.TrueToLearnt(false)),
                ("mmcs_learned_to_true_abs", match.LearntToTrue(true)), ("mmcs_true_to_learned_abs", match.TrueToLearnt(true)),
                ("mcc_hungarian_abs", match.MatchedMean(true)), ("hungarian_signed_mean", match.MatchedMean(false)),
                ("recovered_0.9_max_signed", match.Recovered(0.9)), ("recovered_0.9_max_abs", match.Recovered(0.9, true)), ("uniqueness", match.Uniqueness()),
                ("recovered_0.9_hungarian_abs", match.Assign(true).Index().Count(pair => Math.Abs(Cosine(pair.Index, pair.Item)) > 0.9)),
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
                CheckDetection(golden, name, wanted, f1, planted, probability, match, new DictionaryMatch(learnt, truth));
            }
        }

        JsonNode tiny = golden.Json["tiny_assignment"]!;
        double[][] cosines = [.. tiny["cosines"]!.AsArray().Select(row => row!.AsArray().Select(value => (double)value!).ToArray())];
        Assert.Equal(tiny["assignment_signed"]!.AsArray().Select(column => (int)column!), LinearAssignment.Largest(cosines));
        double[][] sizes = [.. cosines.Select(row => row.Select(Math.Abs).ToArray())];
        Assert.Equal(tiny["assignment_abs"]!.AsArray().Select(column => (int)column!), LinearAssignment.Largest(sizes));
        double Mean(double[][] values) => LinearAssignment.Largest(values).Index().Average(pair => values[pair.Index][pair.Item]);
        SaeGolden.Near((double)tiny["mean_signed"]!, Mean(cosines), 1e-12, "signed");
        SaeGolden.Near((double)tiny["mean_abs"]!, Mean(sizes), 1e-12, "absolute");
        SaeGolden.Near((double)tiny["max_per_row_mean_abs"]!, sizes.Average(row => row.Max()), 1e-12, "largest of each row");
    }

    private static void CheckDetection(SaeGolden golden, string name, JsonNode wanted, JsonNode f1, PlantedDictionary planted, double[] probability,
        DictionaryMatch match, DictionaryMatch back)
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

        // Each latent as a detector of the direction nearest to its own.
        bool[] Column(Func<int, bool> of) => [.. Enumerable.Range(0, rows).Select(of)];
        (double Precision, double Recall, double F1, double Accuracy)[] scores = [.. back.Nearest().Select((near, latent) =>
        {
            bool[] found = Column(row => acts[(row * sae.Config.DSae) + latent] > 0), is1 = Column(row => truth[row][near.Learnt] > 0);
            (double precision, double recall, double one, _) = Detector.Scores(found, is1);
            return (precision, recall, one, found.Zip(is1).Count(pair => pair.First == pair.Second) / (double)rows);
        })];
        foreach ((string metric, double value) in new[]
        {
            ("precision", scores.Average(score => score.Precision)), ("recall", scores.Average(score => score.Recall)),
            ("f1", scores.Average(score => score.F1)), ("accuracy", scores.Average(score => score.Accuracy)),
        })
        {
            SaeGolden.Near((double)wanted["classification"]![metric]!, value, 1e-6, $"{name} {metric}");
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
