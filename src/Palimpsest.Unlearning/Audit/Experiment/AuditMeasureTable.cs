using System.Globalization;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>The measures of published benchmarks, a model a column, each with what it means.</summary>
internal static class AuditMeasureTable
{
    private static readonly (string Name, string Meaning, Func<AuditMeasures, double?> Value)[] s_rows =
    [
        ("TOFU forget truth ratio", "1: true and wrong answers are equally likely", found => found.ForgetTruthRatio),
        ("TOFU forget quality", "p value; above 0.05 it cannot be told from the control, near 0 it still knows or is broken", found => found.ForgetQuality),
        ("TOFU model utility", "harmonic mean of nine figures of what should stay", found => found.Utility),
        ("MUSE knowledge, forget set", "ROUGE-L F1 of the answers", found => found.ForgetKnowledge),
        ("MUSE knowledge, retain set", "ROUGE-L F1 of the answers", found => found.RetainKnowledge),
        ("MUSE privacy leak, %", "0 like the control, near -100 still a member, above 0 conspicuously unknown", found => found.PrivacyLeak),
        ("exact memorisation", "share of the forget answers' tokens that are the likeliest", found => found.ExactMemorisation),
        ("extraction strength", "share of the forget answers that is given back from the end", found => found.ExtractionStrength),
        ("membership, loss", "area: 0.5 is chance, 1 all members seen", found => Area(found, "loss")),
        ("membership, zlib", "", found => Area(found, "zlib")),
        ("membership, Min-40%", "", found => Area(found, "min_k")),
        ("membership, Min-40%++", "", found => Area(found, "min_k++")),
    ];

    public static ReportTable Of(AuditResult result)
    {
        (string Name, AuditMeasures? Found)[] models =
        [
            .. result.Others.Select(other => (other.Model, other.Measures)),
            .. result.Models.Select(model => (model.Model, model.Measures)),
        ];
        return new ReportTable(["measure", .. models.Select(model => model.Name), "means"],
            [.. s_rows.Where(row => models.Any(model => model.Found is not null && row.Value(model.Found) is not null)).Select(row => (IReadOnlyList<string>)
            [
                row.Name, .. models.Select(model => model.Found is null ? "-" : Show(row.Value(model.Found))), row.Meaning,
            ])],
            "Single figures as the benchmarks define them; a measure is left out where its reference or its questions are not there.");
    }

    private static double? Area(AuditMeasures found, string attack) => found.Membership.TryGetValue(attack, out double area) ? area : null;

    private static string Show(double? value) => value is not double figure ? "-" : Math.Abs(figure) is > 0 and < 1e-3
        ? figure.ToString("0.0e+0", CultureInfo.InvariantCulture) : figure.ToString("F3", CultureInfo.InvariantCulture);
}
