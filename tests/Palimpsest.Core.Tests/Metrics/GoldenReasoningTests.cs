using System.Globalization;
using System.Text.Json;
using Palimpsest.Metrics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Metrics;

/// <summary>Votes, calibration and costs of cascades, and the measures and losses of reasoning, whole files.</summary>
public sealed class GoldenReasoningTests
{
    private static readonly (string Name, CalibrationRule Rule)[] s_rules =
    [
        ("plug_in_e1", CalibrationRule.PlugIn), ("plug_in_e1_minus_e2", CalibrationRule.PlugInExcess), ("clopper_pearson_one_sided_pointwise", CalibrationRule.ClopperPearson),
        ("clopper_pearson_two_sided_pointwise", CalibrationRule.ClopperPearsonTwoSided), ("bonferroni_clopper_pearson", CalibrationRule.Bonferroni),
        ("ltt_fixed_sequence_from_strict", CalibrationRule.FixedSequence), ("hoeffding_e1_minus_e2", CalibrationRule.HoeffdingExcess),
    ];

    public static IEnumerable<TheoryDataRow<string>> CascadeFile() => Reference.File("cascade.json");

    public static IEnumerable<TheoryDataRow<string>> ReasoningFile() => Reference.File("reasoning.json");

    public static IEnumerable<TheoryDataRow<string>> ExtractionFile() => Reference.File("math_extract.jsonl");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(CascadeFile))]
    public void Cascade_File_EqualsReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("votes").EnumerateArray())
        {
            Vote vote = Vote.Of(Reference.Texts(item.GetProperty("answers")));
            check.Same(GoldenData.Text(item, "plurality"), vote.Answer, "vote");
            check.Close(item.GetProperty("vote_fraction"), vote.Fraction, "vote");
            foreach (JsonProperty threshold in item.GetProperty("accept").EnumerateObject())
            {
                check.Same(threshold.Value.GetBoolean(), vote.IsAccepted(double.Parse(threshold.Name, CultureInfo.InvariantCulture)), $"vote at {threshold.Name}");
            }
        }

        foreach (JsonElement item in file.GetProperty("scores").EnumerateArray())
        {
            double[][] rows = [.. item.GetProperty("member_probabilities").EnumerateArray().Select(Reference.Numbers)];
            string[] answers = Reference.Texts(item.GetProperty("member_answers"));
            Vote vote = Vote.Of(answers);
            double[] mean = [.. Enumerable.Range(0, rows[0].Length).Select(j => rows.Average(row => row[j]))];
            check.Same(GoldenData.Text(item, "plurality"), vote.Answer, "score");
            check.Close(item.GetProperty("vote_fraction"), vote.Fraction, "score");
            check.Close(item.GetProperty("mean_score_of_plurality"), mean[int.Parse(vote.Answer, CultureInfo.InvariantCulture)], "score");
            check.Same(item.GetProperty("argmax_of_mean_probability").GetInt32(), Array.IndexOf(mean, mean.Max()), "score");
        }

        foreach (JsonElement item in file.GetProperty("free_text_agreement").EnumerateArray())
        {
            string[] answers = Reference.Texts(item.GetProperty("answers"));
            HashSet<string>[] stems = [.. answers.Select(Vote.Stems)];
            int pair = 0;
            for (int i = 0; i < answers.Length; i++)
            {
                check.Same(string.Join(' ', Reference.Texts(item.GetProperty("stem_sets")[i])), string.Join(' ', stems[i].Order(StringComparer.Ordinal)), answers[i]);
                for (int j = i + 1; j < answers.Length; j++)
                {
                    check.Close(item.GetProperty("pairwise_jaccard")[pair++], Vote.Jaccard(stems[i], stems[j]), answers[i]);
                }
            }

            check.Close(item.GetProperty("agreement"), Vote.Agreement(answers), answers[0]);
            check.Same(GoldenData.Text(item, "answer"), Vote.Representative(answers), answers[0]);
        }

        foreach (JsonElement item in file.GetProperty("calibration").EnumerateArray())
        {
            bool[] correct = Booleans(item, "correct"), nextCorrect = Booleans(item, "next_correct");
            foreach ((string name, string scores) in ((string, string)[])[("vote", "vote_fraction"), ("score", "score")])
            {
                JsonElement rule = item.GetProperty("rules").GetProperty(name);
                JsonElement[] expected = [.. rule.GetProperty("table").EnumerateArray()];
                IReadOnlyList<CascadeCounts> table = CascadeCounts.Table(
                    Reference.Numbers(item.GetProperty(scores)), correct, nextCorrect, expected.Select(row => row.GetProperty("theta").GetDouble()));
                foreach ((JsonElement wanted, CascadeCounts row) in expected.Zip(table))
                {
                    string where = $"{name} of {item.GetProperty("n")} at {row.Threshold}";
                    check.Same(wanted.GetProperty("accepted").GetInt32(), row.Accepted, where);
                    check.Same(wanted.GetProperty("accepted_wrong").GetInt32(), row.AcceptedWrong, where);
                    check.Same(wanted.GetProperty("accepted_next_wrong").GetInt32(), row.AcceptedNextWrong, where);
                    check.Close(wanted.GetProperty("e1"), row.Error, where);
                    check.Close(wanted.GetProperty("e2"), row.NextError, where);
                    check.Close(wanted.GetProperty("conditional_error").ValueKind == JsonValueKind.Null ? double.NaN : Reference.Number(wanted.GetProperty("conditional_error")), row.ConditionalError, where);
                    check.Close(wanted.GetProperty("cp_upper_e1_one_sided_95"), row.ErrorBound(), where, 0, 1e-9);
                    check.Close(wanted.GetProperty("cp_upper_e1_two_sided_95"), row.ErrorBound(0.975), where, 0, 1e-9);
                    check.Close(wanted.GetProperty("hoeffding_upper_e1_minus_e2_95"), row.ExcessBound(), where);
                }

                foreach (JsonProperty limit in rule.GetProperty("chosen_theta").EnumerateObject())
                {
                    foreach ((string key, CalibrationRule chosen) in s_rules)
                    {
                        double? actual = ThresholdCalibration.Choose(table, double.Parse(limit.Name, CultureInfo.InvariantCulture), chosen);
                        check.Same(Nullable(limit.Value.GetProperty(key)), actual, $"{name} of {item.GetProperty("n")}: {key} at {limit.Name}");
                    }
                }
            }
        }

        foreach (JsonElement item in file.GetProperty("joint_risk_example").EnumerateArray())
        {
            int wrong = item.GetProperty("accepted_wrong").GetInt32();
            check.Close(item.GetProperty("cp_upper_one_sided_95"), ProportionIntervals.ClopperPearsonUpper(wrong, 200), "joint", 0, 1e-9);
            check.Close(item.GetProperty("p_value_eps_0.03"), BetaFunction.BinomialCumulative(wrong, 200, 0.03), "joint", 0, 1e-9);
        }

        JsonElement conditional = file.GetProperty("conditional_risk_example");
        JsonElement[] conditionalRows = [.. conditional.GetProperty("table").EnumerateArray()];
        bool[] right = Booleans(conditional, "correct");
        IReadOnlyList<CascadeCounts> conditionalTable = CascadeCounts.Table(
            Reference.Numbers(conditional.GetProperty("scores")), right, right, conditionalRows.Select(row => row.GetProperty("theta").GetDouble()));
        double eps = conditional.GetProperty("eps_conditional").GetDouble();
        foreach ((JsonElement wanted, CascadeCounts row) in conditionalRows.Zip(conditionalTable))
        {
            check.Same(wanted.GetProperty("accepted").GetInt32(), row.Accepted, "conditional");
            check.Same(wanted.GetProperty("wrong").GetInt32(), row.AcceptedWrong, "conditional");
            check.Close(wanted.GetProperty("conditional_error"), row.ConditionalError, "conditional");
            check.Close(wanted.GetProperty("p_value_conditional_0.08"), BetaFunction.BinomialCumulative(row.AcceptedWrong, row.Accepted, eps), "conditional", 0, 1e-9);
            check.Close(wanted.GetProperty("cp_upper_conditional_95"), ProportionIntervals.ClopperPearsonUpper(row.AcceptedWrong, row.Accepted), "conditional", 0, 1e-9);
        }

        check.Same(Nullable(conditional.GetProperty("fixed_sequence_theta")), ThresholdCalibration.FixedSequence(conditionalTable.Select(r => (r.Threshold, r.AcceptedWrong, r.Accepted)), eps), "sequence");
        check.Close(file.GetProperty("zero_errors_n100").GetProperty("one_sided_95"), ProportionIntervals.ClopperPearsonUpper(0, 100), "zero errors", 0, 1e-9);
        check.Close(file.GetProperty("zero_errors_n100").GetProperty("two_sided_95"), ProportionIntervals.ClopperPearson(0, 100).Upper, "zero errors", 0, 1e-9);
        foreach (JsonElement item in file.GetProperty("cost").EnumerateArray())
        {
            double gamma = item.GetProperty("gamma").GetDouble(), growth = CascadeCost.Growth(item.GetProperty("k").GetInt32(), item.GetProperty("rho").GetDouble());
            double cost = CascadeCost.Expected([gamma * growth, 1], [item.GetProperty("defer").GetDouble()]);
            check.Close(item.GetProperty("g"), growth, "cost");
            check.Close(item.GetProperty("relative_cost"), cost, "cost");
            check.Close(item.GetProperty("saving"), 1 / cost, "cost");
            check.Close(item.GetProperty("break_even_defer"), CascadeCost.BreakEven(gamma, growth), "cost");
        }

        JsonElement tiers = file.GetProperty("three_tiers");
        double[] deferred = Reference.Numbers(tiers.GetProperty("defer")), reach = Reference.Numbers(tiers.GetProperty("reach"));
        double[] costs = [.. tiers.GetProperty("g_times_cost").EnumerateArray().Select(pair => pair[0].GetDouble() * pair[1].GetDouble())];
        check.Close(tiers.GetProperty("expected_cost"), CascadeCost.Expected(costs, deferred), "three tiers");
        for (int i = 0; i < reach.Length; i++)
        {
            check.Close(reach[i], CascadeCost.Reach(deferred)[i], "reach");
        }

        check.Assert("Cascades");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(ReasoningFile))]
    public void Reasoning_File_EqualsReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("first_pit").EnumerateArray())
        {
            double[] q = Reference.Numbers(item.GetProperty("q"));
            check.Same(Nullable(item.GetProperty("first_minimum")), FirstPit.Minimum(q), "minimum");
            check.Same(Nullable(item.GetProperty("first_zero")), FirstPit.Zero(q), "zero");
            check.Same(Nullable(item.GetProperty("largest_drop")), FirstPit.LargestDrop(q, item.GetProperty("v_of_problem").GetDouble()), "drop");
        }

        foreach (JsonElement item in file.GetProperty("best_of_k").EnumerateArray())
        {
            check.Close(item.GetProperty("q_bok"), FirstPit.BestOf(item.GetProperty("q_pi").GetDouble(), item.GetProperty("K").GetInt32()), "best of k");
        }

        int number = 0;
        foreach (JsonElement item in file.GetProperty("preference_losses").EnumerateArray())
        {
            PreferencePair pair = new(Of("policy_chosen"), Of("policy_rejected"), Of("reference_chosen"), Of("reference_rejected"), (int)Of("length_chosen"), (int)Of("length_rejected"));
            double beta = Of("beta"), smoothing = Of("label_smoothing");
            check.Close(Of("reward_chosen"), beta * (pair.Chosen - pair.ReferenceChosen), "reward");
            check.Close(Of("reward_rejected"), beta * (pair.Rejected - pair.ReferenceRejected), "reward");
            foreach (JsonProperty loss in item.GetProperty("losses").EnumerateObject())
            {
                (string name, JsonElement expected) = (loss.Name, loss.Value);
                PreferenceLoss actual = name switch
                {
                    "sigmoid" => PreferenceLosses.Dpo(pair, beta),
                    "cdpo" => PreferenceLosses.Dpo(pair, beta, smoothing),
                    "robust" => PreferenceLosses.RobustDpo(pair, beta, smoothing),
                    "ipo_length_averaged" => PreferenceLosses.Ipo(pair, beta, averaged: true),
                    "ipo_sum" => PreferenceLosses.Ipo(pair, beta),
                    "hinge" => PreferenceLosses.Hinge(pair, beta),
                    "sigmoid_norm" => PreferenceLosses.NormalizedDpo(pair, beta),
                    "npo_on_rejected" => PreferenceLosses.Npo(pair, beta),
                    "simpo_beta2_margin0.5" => PreferenceLosses.SimPo(pair),
                    _ => throw new NotSupportedException(name),
                };
                check.Close(expected.GetProperty("loss"), actual.Value, $"pair {number} {name}", 1e-12, 1e-12);
                check.Close(expected.GetProperty("grad_chosen"), actual.ChosenGradient, $"pair {number} {name} chosen", 1e-12, 1e-12);
                check.Close(expected.GetProperty("grad_rejected"), actual.RejectedGradient, $"pair {number} {name} rejected", 1e-12, 1e-12);
            }

            number++;

            double Of(string name) => item.GetProperty(name).GetDouble();
        }

        foreach (JsonElement item in file.GetProperty("advantages").EnumerateArray())
        {
            double[] rewards = Reference.Numbers(item.GetProperty("rewards"));
            for (int i = 0; i < rewards.Length; i++)
            {
                check.Close(item.GetProperty("rloo")[i], GroupAdvantages.LeaveOneOut(rewards)[i], "rloo");
                check.Close(item.GetProperty("mean_baseline")[i], GroupAdvantages.MeanBaseline(rewards)[i], "mean");
                check.Close(item.GetProperty("grpo_std")[i], GroupAdvantages.Standardized(rewards)[i], "grpo");
            }
        }

        check.Assert("Reasoning");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(ExtractionFile))]
    public void Extraction_File_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            string text = GoldenData.Text(line, "text");
            check.Same(line.GetProperty("gsm8k_official").GetString(), AnswerExtraction.Marked(text), text);
            check.Same(line.GetProperty("last_number").GetString(), AnswerExtraction.LastNumber(text), text);
            check.Same(line.GetProperty("the_answer_is").GetString(), AnswerExtraction.AfterTheAnswerIs(text), text);
            check.Same(line.GetProperty("last_boxed").GetString(), AnswerExtraction.LastBoxed(text), text);
        }

        check.Assert("Extraction");
    }

    private static bool[] Booleans(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(value => value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.Number && value.GetInt32() == 1))];

    private static double? Nullable(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetDouble();
}
