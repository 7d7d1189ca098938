using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Unlearning.Approximate.Experiment;

/// <summary>What the report of an unlearning says.</summary>
internal static class UnlearnReport
{
    public static Report Of(UnlearnRecipe recipe, UnlearnResult result, IReadOnlyList<MetricsRow> metrics, IReadOnlyList<ReportBlock> memory)
    {
        RandomStream random = new(recipe.Seed, "report", "intervals");
        ComparedMeasurement[] rows = [.. result.After.Select((after, i) => new ComparedMeasurement(result.Before[i], after, random))];
        string method = RecipeChoices.NameOf(recipe.Method.Objective);
        return new Report
        {
            Title = $"{recipe.Model.Name}, unlearned by {method}{(result.Trained is null ? "" : " with an adapter")}",
            Lead = FormattableString.Invariant($"{result.Steps:N0} steps over {result.Forget:N0} rows to be forgotten and {result.Retain:N0} to stay took ")
                + $"{JobText.Seconds(result.TrainSeconds)}. The method is approximate: it changes what the model says, and gives no "
                + "guarantee about what it still knows. Tuning on related text often brings forgotten answers back.",
            Figures = [.. rows.Select(row => row.Figure)],
            Sections =
            [
                new ReportSection("What is known",
                [
                    new ReportShares("Probability of the true answers, with 95% bootstrap intervals over the items", ["before", "after"],
                        [.. rows.Where(row => row.IsShare).Select(row => row.Shares)]),
                    ComparedMeasurement.Table(rows),
                ]),
                new ReportSection("Course",
                [
                    new ReportChart("Cross-entropy of the answers", "step", "nats per token",
                        [Line(metrics, "forget_nats", "to be forgotten", marked: true), Line(metrics, "retain_nats", "to stay", marked: true)]),
                    new ReportChart("Terms of the loss, without their weights", "step", "value", [Line(metrics, "forget", "forget"), Line(metrics, "retain",
                        "retain")]),
                    new ReportChart("Loss", "step", "value", [Line(metrics, "loss", "loss")]),
                    new ReportChart("Gradient norm before clipping", "step", "Euclidean norm", [Line(metrics, "gradient_norm", "gradient norm")]),
                ]),
                new ReportSection("Speed and memory", [Cost(result), .. memory]),
            ],
        };
    }

    private static ReportTable Cost(UnlearnResult result) => new(["quantity", "value"],
    [
        ["parameters trained", FormattableString.Invariant($"{result.Trained ?? result.Parameters:N0} of {result.Parameters:N0}")],
        ["optimizer steps", FormattableString.Invariant($"{result.Steps:N0}")],
        ["tokens seen in training, without padding", FormattableString.Invariant($"{result.Tokens:N0}")],
        ["training time", JobText.Seconds(result.TrainSeconds)],
        ["rows left out (too long, or nothing of them to be learnt)", FormattableString.Invariant($"{result.LeftOut:N0}")],
    ]);

    private static ReportLine Line(IReadOnlyList<MetricsRow> metrics, string key, string name, bool marked = false) =>
        new(name, [.. metrics.Where(row => row.Values.ContainsKey(key)).Select(row => ((double)row.Step, row.Values[key]))], marked);
}
