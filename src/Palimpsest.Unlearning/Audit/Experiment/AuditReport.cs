using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Runs.Reports;
using Palimpsest.Unlearning.BenignModifications;
using Palimpsest.Unlearning.Relearning;
using Palimpsest.Unlearning.Relearning.Exams;
using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>What the report of an audit says: a verdict that anybody can read, then curves and tables.</summary>
internal static class AuditReport
{
    private const int MostFigures = 6;

    public static Report Of(AuditRecipe recipe, AuditResult result)
    {
        RandomStream random = new(recipe.Seed, "report", "intervals");
        List<ReportSection> sections =
        [
            .. result.Models.Select(model => new ReportSection($"Verdict: {model.Model}", [.. model.Sentences.Select(text => new ReportParagraph(text))])),
            new("Asked as usual", [Ordinary(result, random)]),
        ];
        if (result.Models.Any(model => model.Courses.Count > 0))
        {
            sections.Add(new ReportSection("Relearning", [.. Curves(result), Recovered(result)]));
        }

        if (result.Models.Any(model => model.Untrained.Count > 0))
        {
            sections.Add(new ReportSection("Without training", [Untrained(result)]));
        }

        if (result.Models.Any(model => model.Benign is { Scores.Count: > 0 }))
        {
            sections.Add(new ReportSection("Asked otherwise", [.. result.Models.Where(model => model.Benign is { Scores.Count: > 0 }).Select(Benign)]));
        }

        if (result.Models.Any(model => model.Measures is not null))
        {
            sections.Add(new ReportSection("Measures of published benchmarks", [AuditMeasureTable.Of(result)]));
        }

        if (result.Models.SelectMany(model => model.Benign?.Recommendations ?? []).Any())
        {
            sections.Add(new ReportSection("What follows", [.. Recommendations(result)]));
        }

        string[] left = [.. result.LeftOut, .. result.Models.SelectMany(model => model.Benign?.LeftOut ?? []).Distinct()];
        if (left.Length > 0)
        {
            sections.Add(new ReportSection("Left out", [.. left.Select(text => new ReportParagraph(text))]));
        }

        sections.Add(new ReportSection("How to read this", [new ReportParagraph("A verdict says what was found by what was tried, against a model that never "
            + "saw the data. No audit proves that nothing is left: only how a deletion was made can. A difference counts from "
            + $"{recipe.Method.Margin.ToString("P0", CultureInfo.InvariantCulture)} on, with a 95% interval that excludes 0.")]));
        return new Report
        {
            Title = $"Audit: {string.Join(", ", result.Models.Select(model => model.Model))}",
            Lead = $"{result.Subject}: {result.Forget} questions to be forgotten, {result.Retain} to stay. "
                + string.Join(" ", result.Models.Select(model => $"{Capital(model.Model)}: {model.Sentences[0]}"))
                + $" Asking and relearning took {JobText.Seconds(result.Seconds)}.",
            Figures = [.. result.Models.SelectMany(Figures).Take(MostFigures)],
            Sections = sections,
        };
    }

    private static IEnumerable<ReportFigure> Figures(AuditOutcome model)
    {
        yield return new ReportFigure(model.Model, Words(model.Verdict),
            model.UnlearnSteps is int steps ? FormattableString.Invariant($"{steps} steps of unlearning") : "");
        if (model.Recoveries.Where(one => one.Set != RelearnSets.Direct && one.Share is not null).MaxBy(one => one.Share!.Value.Estimate)
            is RelearnRecovery worst)
        {
            yield return new ReportFigure($"{model.Model}: recovered", Percent(worst.Share!.Value.Estimate),
                $"[{Percent(worst.Share.Value.Lower)}, {Percent(worst.Share.Value.Upper)}] by {worst.Set}, {worst.BestStep} steps");
        }
    }

    private static ReportShares Ordinary(AuditResult result, RandomStream random)
    {
        (string Name, IReadOnlyList<Measurement> Found)[] arms =
        [
            .. result.Others.Select(other => (other.Model, other.Ordinary)),
            .. result.Models.Select(model => (model.Model, model.Ordinary)),
        ];
        return new ReportShares("Answers to the questions as they stand, with 95% bootstrap intervals over subjects", [.. arms.Select(arm => arm.Name)],
            [.. result.Models[0].Ordinary.Select(figure => new ReportSharesRow(figure.Label,
                [.. arms.Select(arm => (Interval?)arm.Found.First(found => found.Metric == figure.Metric).Interval(random.Child(arm.Name, figure.Metric)))],
                figure.Chance))]);
    }

    private static IEnumerable<ReportBlock> Curves(AuditResult result)
    {
        string[] sets = [.. result.Models.SelectMany(model => model.Courses).Select(course => course.Set).Distinct()];
        return sets.Select(set => new ReportChart($"Relearning on {set}: questions answered rightly that should be forgotten", "steps of relearning", "share",
        [
            .. result.Others.SelectMany(other => other.Courses).Concat(result.Models.SelectMany(model => model.Courses)).Where(course => course.Set == set)
                .Select(course => new ReportLine(course.Model, [.. course.Points.Select(point => ((double)point.Step, point.Mean(RelearnMetrics.Success)))],
                    Marked: true)),
        ]));
    }

    private static ReportTable Recovered(AuditResult result) => new(
        ["model", "relearnt on", "before", "unlearned", "relearnt", "step", "control", "recovered"],
        [.. result.Models.SelectMany(model => model.Recoveries.Select(one => (IReadOnlyList<string>)
        [
            model.Model, one.Set, Percent(one.Before), Percent(one.Unlearned), Percent(one.Relearned), FormattableString.Invariant($"{one.BestStep}"),
            Percent(one.ControlRelearned),
            one.Share is Interval share ? $"{Percent(share.Estimate)} [{Percent(share.Lower)}, {Percent(share.Upper)}]" : "nothing to recover",
        ]))],
        "Questions to be forgotten that are answered: before unlearning, unlearned, and at the best step of relearning, for the model and "
            + "for the control. \"direct\" learns the answers themselves and says how fast anything is learnt. "
            + "The last column is (relearnt - control relearnt) / (before - control), with a 95% bootstrap interval over subjects.");

    private static ReportTable Untrained(AuditResult result) => new(["model", "attack", "without", "with it", "control", "gain beyond the control's"],
        [.. result.Models.SelectMany(model => model.Untrained.Select(one => (IReadOnlyList<string>)
        [
            model.Model, one.Attack, Percent(one.Before), Percent(one.Found), one.Control is double control ? Percent(control) : "no control",
            one.Beyond is Interval beyond ? Points(beyond) : "no control",
        ]))],
        "Share of the questions to be forgotten that are answered.");

    private static ReportTable Benign(AuditOutcome model) => new(["form", "set", "measure", "before", "so", "control", "so", "beyond it", "verdict"],
        [.. model.Benign!.Scores.Select(row => (IReadOnlyList<string>)
        [
            row.Modification, row.Side == Questions.QuestionSide.Forget ? "to be forgotten" : "to stay", row.Measure.ToString().ToLowerInvariant(),
            Percent(row.Unmodified), Percent(row.Modified), row.ControlUnmodified is double before ? Percent(before) : "-",
            row.ControlModified is double after ? Percent(after) : "-", row.Beyond is Interval beyond ? Points(beyond) : "no control",
            ModifiedScore.Words(row.Verdict),
        ])],
        $"{Capital(model.Model)}: as the questions stand and in this form, for the model and its control, and how much more the model changes, in points.");

    private static IEnumerable<ReportBlock> Recommendations(AuditResult result)
    {
        foreach ((RecommendationReader reader, string heading) in new[]
        {
            (RecommendationReader.Unlearner, "For whoever unlearns"), (RecommendationReader.BenchmarkBuilder, "For whoever builds benchmarks"),
        })
        {
            string[][] rows =
            [
                .. result.Models.SelectMany(model =>
                    (model.Benign?.Recommendations ?? []).Where(one => one.For == reader).Select(one => (one.Text, model.Model)))
                    .GroupBy(one => one.Text).Select(same => new[] { same.Key, string.Join(", ", same.Select(one => one.Model).Distinct()) }),
            ];
            if (rows.Length > 0)
            {
                yield return new ReportTable([heading, "because of"], rows);
            }
        }
    }

    private static string Words(AuditVerdict verdict) => verdict switch
    {
        AuditVerdict.NothingToForget => "nothing to forget",
        AuditVerdict.NotForgotten => "not forgotten",
        AuditVerdict.DoesNotHold => "does not hold",
        AuditVerdict.Damaged => "forgotten, and damaged",
        AuditVerdict.Holds => "holds",
        _ => "inconclusive",
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:F0}%");

    private static string Points(Interval change) =>
        FormattableString.Invariant($"{100 * change.Estimate:+0.0;-0.0;0.0} [{100 * change.Lower:F1}, {100 * change.Upper:F1}]");
}
