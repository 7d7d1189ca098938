using System.Globalization;
using Palimpsest.Runs;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What the report of a training says.</summary>
internal static class SaeReport
{
    public static Report Of(SaeResult result, IReadOnlyList<MetricsRow> metrics) => new()
    {
        Title = "Sparse autoencoder",
        Lead = Say($"A {result.Subject}, trained on {result.Tokens:N0} tokens in {result.Seconds:F0} seconds."),
        Figures =
        [
            new ReportFigure("active latents a token", Say($"{result.Figures.L0:F1}"), Say($"of {result.Densities.Count:N0}")),
            new ReportFigure("variance explained", Say($"{100 * result.Figures.ExplainedVariance:F1}%"), "on texts that were not trained on"),
            new ReportFigure("cross-entropy recovered", Say($"{100 * result.Figures.Recovered:F1}%"),
                Say($"{result.Clean:F3} → {result.Figures.CrossEntropy:F3} nats a token with the reconstruction in place")),
            new ReportFigure("latents that never fire", Say($"{result.Figures.Dead}"), "on those texts"),
        ],
        Sections =
        [
            new ReportSection("Training",
            [
                Curve(metrics, "squared error", "mse_loss"), Curve(metrics, "active latents a token", "l0"), Curve(metrics, "dead latents", "dead"),
            ]),
            new ReportSection("Latents", [new ReportChart("Share of the tokens on which a latent fires, from the rarest latent on", "latents",
                "log10 of the share",
                [new ReportLine("density", [.. result.Densities.Index().Where(one => one.Item > 0)
                    .Select(one => ((double)one.Index, Math.Log10(one.Item)))])])]),
        ],
    };

    private static ReportChart Curve(IReadOnlyList<MetricsRow> metrics, string caption, string key) => new(caption, "steps", caption,
        [new ReportLine(caption, [.. metrics.Where(row => row.Values.ContainsKey(key)).Select(row => ((double)row.Step, row.Values[key]))])]);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
