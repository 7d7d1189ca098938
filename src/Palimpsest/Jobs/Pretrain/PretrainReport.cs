using System.Globalization;
using Palimpsest.Runs;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Jobs.Pretrain;

/// <summary>What the report of a pre-training run says.</summary>
internal static class PretrainReport
{
    public static Report Of(PretrainRecipe recipe, PretrainResult result, IReadOnlyList<MetricsRow> metrics, IReadOnlyList<ReportBlock> memory)
    {
        static string Invariant(FormattableString text) => FormattableString.Invariant(text);
        List<ReportFigure> figures =
        [
            new("held-out text", Invariant($"{result.HeldOutLoss:F3} nats/token"), Invariant($"perplexity {Math.Exp(result.HeldOutLoss):F2}")),
            new("parameters", Invariant($"{result.Parameters:N0}"), result.Trained is long trained ? Invariant($"{trained:N0} trained") : ""),
            new("training", JobText.Seconds(result.TrainSeconds), Invariant($"{result.Tokens:N0} tokens, {result.Tokens / result.TrainSeconds:N0} tokens/s")),
        ];
        if (result is { FactsChoice: double facts, ReadingChoice: double reading })
        {
            figures.Add(new("general facts, four-way choice", Invariant($"{100 * facts:F1}%"), "guessing reaches 25%"));
            figures.Add(new("reading questions, four-way choice", Invariant($"{100 * reading:F1}%"), "guessing reaches 25%"));
        }

        ReportLine Line(string key, string name, bool marked) => new(name, [.. metrics.Where(row => row.Values.ContainsKey(key)).Select(row => ((double)row.Step, row.Values[key]))], marked);
        return new Report
        {
            Title = "Pre-training",
            Lead = string.Create(CultureInfo.InvariantCulture, $"A model of {result.Parameters:N0} parameters and a vocabulary of {recipe.Model.Vocabulary:N0} tokens learnt {recipe.Data.File ?? "the general part of the embedded world"} in {recipe.Train.Steps:N0} steps."),
            Figures = figures,
            Sections =
            [
                new ReportSection("Learning",
                [
                    new ReportChart("Loss", "step", "nats per token", [Line("loss", "training batch", false), Line("held_out_loss", "held-out", true)]),
                    new ReportChart("Learning rate", "step", "rate", [Line("learning_rate", "learning rate", false)]),
                ]),
                .. memory.Count > 0 ? [new ReportSection("Memory", memory)] : Array.Empty<ReportSection>(),
            ],
        };
    }
}
