using System.IO.Compression;
using System.Text.Json;
using Palimpsest.Metrics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Metrics;

/// <summary>TOFU's measures from published evaluation logs, and memorisation measures from given logits, whole files.</summary>
public sealed class GoldenUnlearningTests
{
    private static readonly (string Name, string Log)[] s_splits =
        [("retain", "eval_log.json"), ("real_authors", "eval_real_author_wo_options.json"), ("world_facts", "eval_real_world_wo_options.json"), ("forget", "eval_log_forget.json")];

    public static IEnumerable<TheoryDataRow<string>> TofuFile() => Reference.File("tofu.json");

    public static IEnumerable<TheoryDataRow<string>> MemorisationFile() => Reference.File("memorisation.json");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(TofuFile))]
    public void Tofu_File_EqualsReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        Dictionary<(string Model, TruthRatioForm Form), double[]> forget = [];
        foreach (string model in (string[])["full", "retain90"])
        {
            JsonElement expected = file.GetProperty("models").GetProperty(model), log = Log(model);
            foreach (TruthRatioForm form in Enum.GetValues<TruthRatioForm>())
            {
                string ending = form == TruthRatioForm.Geometric ? "geometric" : "arithmetic";
                Dictionary<string, TofuSplit> figures = [];
                foreach ((string name, string logName) in s_splits)
                {
                    JsonElement split = log.GetProperty(logName), wanted = expected.GetProperty(name);
                    string[] keys = [.. split.GetProperty("avg_gt_loss").EnumerateObject().Select(p => p.Name)];
                    double[] ratios = [.. keys.Select(key => Tofu.TruthRatio(Loss(split, "avg_paraphrased_loss", key), Losses(split, key), form))];
                    double probability = keys.Average(key => split.TryGetProperty("normalized_gt_loss", out _)
                        ? Tofu.ChoiceProbability(Loss(split, "avg_gt_loss", key), Losses(split, key))
                        : Tofu.Probability(Loss(split, "avg_gt_loss", key)));
                    double rouge = keys.Average(key => Rouge.L(Generated(split, key)[2], Generated(split, key)[1]).Recall);
                    string place = $"{model} {name} {ending}";
                    check.Same(wanted.GetProperty("n").GetInt32(), keys.Length, place);
                    check.Close(wanted.GetProperty("probability"), probability, place);
                    check.Close(wanted.GetProperty("rougeL_recall"), rouge, place + " rouge");
                    check.Close(wanted.GetProperty("rouge1_recall"), keys.Average(key => Rouge.N(Generated(split, key)[2], Generated(split, key)[1], 1).Recall), place + " rouge 1");
                    figures[name] = new TofuSplit(probability, rouge, Tofu.TruthAggregate(ratios, name == "forget"));
                    check.Close(wanted.GetProperty("truth_ratio_" + ending), figures[name].TruthRatio, place);
                    check.Close(wanted.GetProperty("mean_ratio_" + ending), ratios.Average(), place);
                    if (form == TruthRatioForm.Geometric)
                    {
                        check.Close(wanted.GetProperty("mean_true_over_sum_geometric"), ratios.Average(ratio => 1 / (1 + ratio)), place);
                    }

                    check.Same(string.Join(' ', Reference.Texts(wanted.GetProperty("first_10_keys"))), string.Join(' ', keys.Take(10)), place);
                    for (int i = 0; i < 10; i++)
                    {
                        check.Close(wanted.GetProperty("first_10_ratios_" + ending)[i], ratios[i], place);
                    }

                    if (name == "forget")
                    {
                        forget[(model, form)] = ratios;
                    }

                    if (form == TruthRatioForm.Geometric)
                    {
                        double[] published = Reference.Numbers(file.GetProperty("published_leaderboard").GetProperty(model).GetProperty(name));
                        check.Close(published[0], figures[name].Probability, place + " published");
                        check.Close(published[1], figures[name].Rouge, place + " published");
                        check.Close(published[2], figures[name].TruthRatio, place + " published");
                    }
                }

                double utility = Tofu.Utility(figures["retain"], figures["real_authors"], figures["world_facts"]);
                check.Close(expected.GetProperty("model_utility_" + ending), utility, model);
            }
        }

        foreach (TruthRatioForm form in Enum.GetValues<TruthRatioForm>())
        {
            JsonElement expected = file.GetProperty("forget_quality_full_vs_retain90").GetProperty(form == TruthRatioForm.Geometric ? "geometric" : "arithmetic");
            double[] full = forget[("full", form)], retain = forget[("retain90", form)];
            double quality = Tofu.ForgetQuality(full, retain), d = KolmogorovSmirnov.Test(full, retain).Statistic;
            check.Close(expected.GetProperty("statistic"), d, "statistic");
            check.Close(expected.GetProperty("forget_quality_p"), quality, "forget quality", 0, 1e-9);
            check.Close(expected.GetProperty("log10_p"), Math.Log10(quality), "log");
            check.Close(expected.GetProperty("p_of_reciprocal_ratios"), Tofu.ForgetQuality([.. full.Select(r => 1 / r)], [.. retain.Select(r => 1 / r)]), "reciprocal", 0, 1e-9);
            check.Close(expected.GetProperty("same_model_p"), Tofu.ForgetQuality(full, full), "same");
            check.Close(expected.GetProperty("p_asymptotic_kstwo"), KolmogorovSmirnov.Test(full, retain, method: PValueMethod.Asymptotic).PValue, "asymptotic", 0, 1e-9);
            check.Close(expected.GetProperty("p_limiting_kolmogorov"), KolmogorovDistribution.Limit(d * Math.Sqrt(full.Length / 2.0)), "limit", 0, 1e-9);
        }

        check.Close(file.GetProperty("published_leaderboard").GetProperty("full").GetProperty("forget_quality"), Tofu.ForgetQuality(
            forget[("full", TruthRatioForm.Geometric)], forget[("retain90", TruthRatioForm.Geometric)]), "published forget quality", 0, 1e-9);
        check.Assert("TOFU");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(MemorisationFile))]
    public void Memorisation_File_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement item in Reference.Read(path).GetProperty("items").EnumerateArray())
        {
            double[][] logits = [.. item.GetProperty("logits").EnumerateArray().Select(Reference.Numbers)];
            TokenPrediction[] tokens = [.. Reference.Integers(item.GetProperty("labels")).Select((label, i) => TokenPrediction.Of(logits[i], label))];
            string where = $"{tokens.Length} tokens";
            check.Close(item.GetProperty("loss_mean_nll"), Memorisation.Loss(tokens), where);
            check.Close(item.GetProperty("perplexity"), Math.Exp(Memorisation.Loss(tokens)), where, 1e-12, 1e-12);
            check.Close(item.GetProperty("p_norm"), Math.Exp(-Memorisation.Loss(tokens)), where);
            check.Close(item.GetProperty("exact_memorisation"), Memorisation.Exact(tokens), where);
            check.Close(item.GetProperty("extraction_strength_floor_1_over_n"), Memorisation.ExtractionStrength(tokens, floor: true), where);
            check.Close(item.GetProperty("extraction_strength_zero_when_nothing_matches"), Memorisation.ExtractionStrength(tokens), where);
            check.Close(item.GetProperty("min_k_0.4"), Memorisation.MinK(tokens, 0.4), where);
            check.Close(item.GetProperty("min_k_0.2"), Memorisation.MinK(tokens), where);
            check.Close(item.GetProperty("min_k_plus_plus_0.4"), Memorisation.MinKPlusPlus(tokens, 0.4), where);
        }

        check.Assert("Memorisation");
    }

    private static JsonElement Log(string model)
    {
        string path = GoldenData.Find("data", "tofu", "reference-logs", $"ft_epoch5_lr2e-05_phi_{model}_wd0.01.eval_log_aggregated.json.gz")!;
        using GZipStream stream = new(System.IO.File.OpenRead(path), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<JsonElement>(stream);
    }

    private static double Loss(JsonElement split, string name, string key) => split.GetProperty(name).GetProperty(key).GetDouble();

    private static double[] Losses(JsonElement split, string key) => Reference.Numbers(split.GetProperty("average_perturb_loss").GetProperty(key));

    private static string[] Generated(JsonElement split, string key) => Reference.Texts(split.GetProperty("generated_text").GetProperty(key));
}
