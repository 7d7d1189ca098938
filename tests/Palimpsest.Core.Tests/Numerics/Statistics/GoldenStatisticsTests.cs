using System.Globalization;
using System.Text.Json;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Tests.Metrics;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Numerics.Statistics;

/// <summary>The statistics against the reference libraries, whole files. P values and quantiles to 1e-9 relative, everything else to 1e-12.</summary>
public sealed class GoldenStatisticsTests
{
    private static readonly (string Name, Alternative Value)[] s_alternatives =
        [("two-sided", Alternative.TwoSided), ("less", Alternative.Less), ("greater", Alternative.Greater)];

    public static IEnumerable<TheoryDataRow<string>> KsFile() => Reference.File("ks.jsonl");

    public static IEnumerable<TheoryDataRow<string>> StatsFile() => Reference.File("stats.json");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(KsFile))]
    public void KolmogorovSmirnov_File_EqualsReference(string path)
    {
        Reference check = new();
        int number = 0;
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            double[] x = Reference.Numbers(line.GetProperty("x")), y = Reference.Numbers(line.GetProperty("y"));
            string where = $"case {number++} ({GoldenData.Text(line, "tag")}, {x.Length} and {y.Length})";
            foreach ((string name, Alternative alternative) in s_alternatives)
            {
                foreach ((string ending, PValueMethod method) in ((string, PValueMethod)[])[("auto", PValueMethod.Auto), ("exact", PValueMethod.Exact), ("asymp", PValueMethod.Asymptotic)])
                {
                    JsonElement expected = line.GetProperty("results").GetProperty($"{name}/{ending}");
                    Test(check, expected, KolmogorovSmirnov.Test(x, y, alternative, method), $"{where} {name}/{ending}");
                }
            }

            double d = KolmogorovSmirnov.Test(x, y).Statistic, effective = (double)x.Length * y.Length / (x.Length + y.Length);
            check.Close(line.GetProperty("limiting_kolmogorov_p"), KolmogorovDistribution.Limit(Math.Sqrt(effective) * d), where, 0, 1e-9);
        }

        check.Assert("Kolmogorov-Smirnov");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(StatsFile))]
    public void Tests_File_EqualReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("mann_whitney").EnumerateArray())
        {
            double[] x = Reference.Numbers(item.GetProperty("x")), y = Reference.Numbers(item.GetProperty("y"));
            foreach ((string name, Alternative alternative) in s_alternatives)
            {
                string where = $"mann-whitney of {x.Length} and {y.Length}, {name}";
                Test(check, item.GetProperty($"{name}/exact"), MannWhitney.Test(x, y, alternative, PValueMethod.Exact), where);
                Test(check, item.GetProperty($"{name}/asymptotic"), MannWhitney.Test(x, y, alternative, PValueMethod.Asymptotic), where);
                Test(check, item.GetProperty($"{name}/asymptotic-no-continuity"), MannWhitney.Test(x, y, alternative, PValueMethod.Asymptotic, continuity: false), where);
            }

            bool[] labels = [.. x.Select(_ => true), .. y.Select(_ => false)];
            check.Close(item.GetProperty("auc_x_over_y"), MannWhitney.Test(x, y).Statistic / x.Length / y.Length, "auc");
            check.Close(item.GetProperty("auc_x_over_y"), new RocCurve(labels, [.. x, .. y]).Area, "auc by curve");
        }

        foreach (JsonElement item in file.GetProperty("mcnemar").EnumerateArray())
        {
            int[] first = Reference.Integers(item.GetProperty("table")[0]), second = Reference.Integers(item.GetProperty("table")[1]);
            Test(check, item.GetProperty("exact"), McNemar.Exact(first[1], second[0]), "mcnemar exact");
            if (item.TryGetProperty("chi2", out JsonElement plain))
            {
                Test(check, plain, McNemar.ChiSquare(first[1], second[0], corrected: false), "mcnemar");
                Test(check, item.GetProperty("chi2_corrected"), McNemar.ChiSquare(first[1], second[0]), "mcnemar corrected");
            }
        }

        foreach (JsonElement item in file.GetProperty("paired_permutation").EnumerateArray())
        {
            double[] differences = Reference.Numbers(item.GetProperty("differences"));
            TestOutcome two = PairedPermutation.Exact(differences), less = PairedPermutation.Exact(differences, Alternative.Less), greater = PairedPermutation.Exact(differences, Alternative.Greater);
            check.Close(item.GetProperty("mean"), two.Statistic, "mean");
            check.Close(item.GetProperty("p_two_sided_abs"), two.PValue, "permutation");
            check.Close(item.GetProperty("p_less"), less.PValue, "permutation less");
            check.Close(item.GetProperty("p_greater"), greater.PValue, "permutation greater");
            check.Close(item.GetProperty("p_two_sided_doubled"), Math.Min(1, 2 * Math.Min(less.PValue, greater.PValue)), "permutation doubled");
        }

        foreach (JsonElement item in file.GetProperty("multiple_tests").EnumerateArray())
        {
            double[] p = Reference.Numbers(item.GetProperty("p"));
            foreach ((string name, Correction correction) in ((string, Correction)[])[("bonferroni", Correction.Bonferroni), ("holm", Correction.Holm), ("fdr_bh", Correction.BenjaminiHochberg),
                ("fdr_by", Correction.BenjaminiYekutieli), ("sidak", Correction.Sidak), ("hommel", Correction.Hommel)])
            {
                double[] adjusted = MultipleTests.Adjust(p, correction), expected = Reference.Numbers(item.GetProperty(name).GetProperty("adjusted"));
                for (int i = 0; i < p.Length; i++)
                {
                    check.Close(expected[i], adjusted[i], $"{name} {i} of {p.Length}");
                    check.Same(item.GetProperty(name).GetProperty("reject_0.05")[i].GetBoolean(), adjusted[i] <= 0.05, $"{name} {i} of {p.Length} rejection");
                }
            }
        }

        check.Assert("Tests");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(StatsFile))]
    public void Classifiers_File_EqualReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("binary_classifiers").EnumerateArray())
        {
            int[] classes = Reference.Integers(item.GetProperty("labels"));
            bool[] labels = [.. classes.Select(label => label == 1)];
            double[] scores = Reference.Numbers(item.GetProperty("scores"));
            string where = $"classifier of {labels.Length}";
            RocCurve curve = new(labels, scores);
            check.Close(item.GetProperty("auroc"), curve.Area, where);
            check.Close(item.GetProperty("average_precision"), curve.AveragePrecision, where);
            check.Close(item.GetProperty("pr_auc_trapezoid"), curve.PrecisionRecallArea, where);
            double[] fpr = Reference.Numbers(item.GetProperty("roc_fpr")), tpr = Reference.Numbers(item.GetProperty("roc_tpr")), thresholds = Reference.Numbers(item.GetProperty("roc_thresholds"));
            check.Same(fpr.Length, curve.Points.Count, where);
            for (int i = 0; i < fpr.Length; i++)
            {
                check.Close(fpr[i], curve.Points[i].FalsePositiveRate, where);
                check.Close(tpr[i], curve.Points[i].TruePositiveRate, where);
                check.Close(thresholds[i], curve.Points[i].Threshold, where);
            }

            foreach (JsonProperty rate in item.GetProperty("tpr_at_fpr").EnumerateObject())
            {
                check.Close(rate.Value, curve.TruePositiveRateAt(double.Parse(rate.Name, CultureInfo.InvariantCulture)), where);
            }

            double[] confidences = [.. scores.Select(score => Math.Max(score, 1 - score))], expected = Reference.Numbers(item.GetProperty("confidence_max"));
            int[] predicted = [.. scores.Select(score => score >= 0.5 ? 1 : 0)], right = Reference.Integers(item.GetProperty("correct_at_0.5"));
            bool[] correct = [.. predicted.Zip(classes, (a, b) => a == b)];
            for (int i = 0; i < labels.Length; i++)
            {
                check.Close(expected[i], confidences[i], where);
                check.Same(right[i] == 1, correct[i], where);
            }

            check.Close(item.GetProperty("brier"), Calibration.Brier(scores, labels), where);
            check.Close(item.GetProperty("log_loss_clipped_1e-15"), Calibration.LogLoss(scores, labels), where);
            check.Close(item.GetProperty("ece15_width"), Calibration.ExpectedError(confidences, correct), where + " ece");
            check.Close(item.GetProperty("ece10_width"), Calibration.ExpectedError(confidences, correct, 10), where + " ece 10");
            check.Close(item.GetProperty("ece15_mass"), Calibration.ExpectedErrorByMass(confidences, correct), where + " ece mass");
            ConfusionMatrix matrix = new(classes, predicted);
            check.Close(item.GetProperty("accuracy"), matrix.Accuracy, where);
            check.Close(item.GetProperty("f1"), matrix.F1(1), where);
            check.Close(item.GetProperty("mcc"), matrix.MatthewsCorrelation, where);
            check.Close(item.GetProperty("balanced_accuracy"), matrix.BalancedAccuracy, where);
        }

        foreach (JsonElement item in file.GetProperty("multiclass").EnumerateArray())
        {
            double[][] rows = [.. item.GetProperty("probabilities").EnumerateArray().Select(Reference.Numbers)];
            int[] labels = Reference.Integers(item.GetProperty("labels")), predicted = [.. rows.Select(row => Array.IndexOf(row, row.Max()))];
            bool[] correct = [.. predicted.Zip(labels, (a, b) => a == b)];
            ConfusionMatrix matrix = new(labels, predicted, rows[0].Length);
            check.Close(item.GetProperty("brier_sum_over_classes"), Calibration.Brier(rows, labels), "classes");
            check.Close(item.GetProperty("nll"), Calibration.LogLoss(rows, labels), "classes");
            check.Close(item.GetProperty("accuracy"), matrix.Accuracy, "classes");
            check.Close(item.GetProperty("micro_f1"), matrix.Accuracy, "classes");
            check.Close(item.GetProperty("macro_f1"), matrix.MacroF1, "classes");
            check.Close(item.GetProperty("weighted_f1"), matrix.WeightedF1, "classes");
            check.Close(item.GetProperty("ece15_width"), Calibration.ExpectedError([.. rows.Select(row => row.Max())], correct), "classes ece");
            for (int i = 0; i < matrix.Classes * matrix.Classes; i++)
            {
                (int truth, int prediction) = Math.DivRem(i, matrix.Classes);
                check.Same(item.GetProperty("confusion")[truth][prediction].GetInt64(), matrix[truth, prediction], "confusion");
            }
        }

        foreach (JsonElement item in file.GetProperty("kappa").EnumerateArray())
        {
            ConfusionMatrix matrix = new(Reference.Integers(item.GetProperty("a")), Reference.Integers(item.GetProperty("b")));
            check.Close(item.GetProperty("kappa"), matrix.Kappa(), "kappa");
            check.Close(item.GetProperty("kappa_linear"), matrix.Kappa(1), "kappa");
            check.Close(item.GetProperty("kappa_quadratic"), matrix.Kappa(2), "kappa");
            check.Close(item.GetProperty("agreement"), matrix.Accuracy, "agreement");
        }

        check.Assert("Classifiers");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(StatsFile))]
    public void Intervals_File_EqualReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("intervals").EnumerateArray())
        {
            int k = item.GetProperty("successes").GetInt32(), n = item.GetProperty("n").GetInt32();
            double confidence = item.GetProperty("confidence").GetDouble();
            string where = $"{k} of {n} at {confidence}";
            Ends("wilson", ProportionIntervals.Wilson(k, n, confidence));
            Ends("clopper_pearson", ProportionIntervals.ClopperPearson(k, n, confidence));
            Ends("agresti_coull", ProportionIntervals.AgrestiCoull(k, n, confidence));
            Ends("jeffreys", ProportionIntervals.Jeffreys(k, n, confidence));
            Ends("wald", ProportionIntervals.Wald(k, n, confidence));
            check.Close(item.GetProperty("clopper_pearson_upper_one_sided"), ProportionIntervals.ClopperPearsonUpper(k, n, confidence), where, 0, 1e-9);
            check.Close(item.GetProperty("clopper_pearson_lower_one_sided"), ProportionIntervals.ClopperPearsonLower(k, n, confidence), where, 0, 1e-9);
            check.Close(item.GetProperty("hoeffding_upper_one_sided"), Math.Min(1, ProportionIntervals.HoeffdingUpper((double)k / n, n, confidence)), where);

            void Ends(string name, Interval interval)
            {
                check.Close(item.GetProperty(name)[0], interval.Lower, $"{name} {where}", 1e-15, 1e-9);
                check.Close(item.GetProperty(name)[1], interval.Upper, $"{name} {where}", 1e-15, 1e-9);
            }
        }

        foreach (JsonElement item in file.GetProperty("bootstrap").EnumerateArray())
        {
            double[] x = Reference.Numbers(item.GetProperty("x"));
            double[]? y = item.GetProperty("y").ValueKind == JsonValueKind.Null ? null : Reference.Numbers(item.GetProperty("y"));
            string name = GoldenData.Text(item, "statistic");
            int[] all = [.. Enumerable.Range(0, x.Length)];
            BootstrapSample sample = new(Figure(all), item.GetProperty("indices").EnumerateArray().Select(row => Figure(Reference.Integers(row))));
            double[] leftOut = [.. all.Select(i => Figure([.. all.Where(j => j != i)]))];
            check.Close(item.GetProperty("estimate"), sample.Estimate, name);
            check.Close(item.GetProperty("bootstrap_standard_error"), sample.StandardError, name);
            check.Close(item.GetProperty("z0"), sample.BiasCorrection, name);
            check.Close(item.GetProperty("acceleration"), BootstrapSample.Acceleration(leftOut), name);
            foreach (JsonProperty level in item.GetProperty("intervals").EnumerateObject())
            {
                double confidence = double.Parse(level.Name, CultureInfo.InvariantCulture);
                foreach ((string kind, Interval interval) in ((string, Interval)[])[("percentile", sample.Percentile(confidence)), ("basic", sample.Basic(confidence)),
                    ("bca", sample.BiasCorrectedAccelerated(leftOut, confidence))])
                {
                    check.Close(level.Value.GetProperty(kind)[0], interval.Lower, $"{name} {kind}");
                    check.Close(level.Value.GetProperty(kind)[1], interval.Upper, $"{name} {kind}");
                }
            }

            double Figure(int[] indices) => name switch
            {
                "mean" => indices.Average(i => x[i]),
                "median" => Bootstrap.Quantile([.. indices.Select(i => x[i]).Order()], 0.5),
                "ratio" => indices.Average(i => x[i]) / indices.Average(i => y![i]),
                _ => throw new InvalidOperationException(name),
            };
        }

        check.Assert("Intervals");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(StatsFile))]
    public void Associations_File_EqualReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("correlation").EnumerateArray())
        {
            double[] x = Reference.Numbers(item.GetProperty("x")), y = Reference.Numbers(item.GetProperty("y"));
            TestOutcome kendall = Correlation.Kendall(x, y), spearman = Correlation.Spearman(x, y), pearson = Correlation.Pearson(x, y);
            string where = $"correlation of {x.Length}";
            check.Close(item.GetProperty("kendall_tau_b"), kendall.Statistic, where);
            check.Close(item.GetProperty("kendall_p_auto"), kendall.PValue, where, 0, 1e-9);
            check.Close(item.GetProperty("kendall_p_asymptotic"), Correlation.Kendall(x, y, method: PValueMethod.Asymptotic).PValue, where, 0, 1e-9);
            check.Close(item.GetProperty("kendall_tau_c"), Correlation.Kendall(x, y, tauC: true).Statistic, where);
            check.Close(item.GetProperty("spearman"), spearman.Statistic, where);
            check.Close(item.GetProperty("spearman_p"), spearman.PValue, where + " spearman", 0, 1e-9);
            check.Close(item.GetProperty("pearson"), pearson.Statistic, where);
            check.Close(item.GetProperty("pearson_p"), pearson.PValue, where + " pearson", 0, 1e-9);
        }

        foreach (JsonElement item in file.GetProperty("divergences").EnumerateArray())
        {
            double[] p = Reference.Numbers(item.GetProperty("p")), q = Reference.Numbers(item.GetProperty("q"));
            check.Close(item.GetProperty("kl_nats"), Divergences.KullbackLeibler(p, q), "kl");
            check.Close(item.GetProperty("kl_reverse_nats"), Divergences.KullbackLeibler(q, p), "kl reverse");
            check.Close(item.GetProperty("js_nats"), Divergences.JensenShannon(p, q), "js");
            check.Close(item.GetProperty("js_bits"), Divergences.JensenShannon(p, q) / Math.Log(2), "js");
            check.Close(item.GetProperty("entropy_p_nats"), Divergences.Entropy(p), "entropy");
            check.Close(item.GetProperty("cross_entropy_nats"), Divergences.CrossEntropy(p, q), "cross entropy");
            check.Close(item.GetProperty("total_variation"), Divergences.TotalVariation(p, q), "total variation");
            check.Close(item.GetProperty("hellinger"), Divergences.Hellinger(p, q), "hellinger");
        }

        foreach (JsonElement item in file.GetProperty("pass_at_k").EnumerateArray())
        {
            double actual = PassAtK.Estimate(item.GetProperty("n").GetInt32(), item.GetProperty("c").GetInt32(), item.GetProperty("k").GetInt32());
            check.Close(item.GetProperty("pass_at_k"), actual, "pass@k");
        }

        check.Assert("Associations");
    }

    private static void Test(Reference check, JsonElement expected, TestOutcome actual, string where)
    {
        check.Close(expected[0], actual.Statistic, where);
        check.Close(expected[1], actual.PValue, where + " p", 0, 1e-9);
    }
}
