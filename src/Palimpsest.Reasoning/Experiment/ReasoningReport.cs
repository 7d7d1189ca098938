using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Reasoning.Arms;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Reasoning.Experiment;

/// <summary>What the report of a comparison says.</summary>
internal static class ReasoningReport
{
    public static Report Of(ReasoningRecipe recipe, ReasoningResult result)
    {
        int largest = recipe.Data.ArmsAt.DefaultIfEmpty(recipe.Data.Problems[^1]).Max();
        ReasoningCell[] shown = [.. result.Cells.Where(cell => cell.Problems == largest)];
        bool cued = shown.Any(cell => cell.Score.Chances > 0);
        ReasoningCell best = shown.MaxBy(cell => cell.Score.Accuracy)!, sft = result.Of(ReasoningJob.Sft).First(cell => cell.Problems == largest);
        return new Report
        {
            Title = Say($"Reasoning on {Runs.Recipes.RecipeChoices.NameOf(recipe.Data.Task)}, a model of {result.Parameters:N0} parameters"),
            Lead = Say($"Demonstrations were learnt at {recipe.Data.Problems.Count} numbers of problems, from {recipe.Data.Problems[0]:N0} to ")
                + Say($"{recipe.Data.Problems[^1]:N0}. ")
                + Source(recipe) + Say($" Everything is asked greedily on {recipe.Data.Test:N0} ")
                + (recipe.Evaluate.OnValidation ? "problems for validation, which are no test." : "problems of the test."),
            Figures =
            [
                Figure(sft, cued), .. best == sft ? Array.Empty<ReportFigure>() : [Figure(best, cued)],
                .. shown.Where(cell => cell.Arm.StartsWith("per-step", StringComparison.Ordinal)).Take(2).Select(cell => new ReportFigure(
                    $"efficiency of {cell.Arm}", ReasoningFigures.Ratio(result, cell).ToString(), Say($"times the demonstrations, at {largest:N0} problems"))),
            ],
            Sections =
            [
                new ReportSection("Mistakes by problems", [Curves(result, "Mistakes; both axes logarithmic", "share of wrong answers", score =>
                    1 - score.Accuracy, log: true)]),
                new ReportSection("Arms", [ArmsTable(recipe, result, cued), .. Notes(result)]),
                .. cued ? [new ReportSection("The planted shortcut",
                [
                    Curves(result, "How often the shortcut is taken where it could be", "share", score => score.ShortcutRate, log: false),
                    Curves(result, "Accuracy on problems without a mark", "share", score => score.CueFree, log: false),
                ])] : Array.Empty<ReportSection>(),
                new ReportSection("Where solutions go wrong", [.. Found(result), .. result.Traces.Select(Trace)]),
            ],
        };
    }

    private static string Source(ReasoningRecipe recipe) => recipe.Sampling.Source == ProblemSource.Pool
        ? "The models' own solutions are of as many fresh problems, of which only the answers are known: another question than the paper's, whose models "
            + "are wrong often enough on problems that they were trained on."
        : "The models' own solutions are of the problems that they were trained on, as in the paper.";

    private static ReportFigure Figure(ReasoningCell cell, bool cued) => new($"right by {cell.Arm}", Share(cell.Score),
        Say($"at {cell.Problems:N0} problems") + (cued ? Say($"; shortcut taken {100 * cell.Score.ShortcutRate:F0}% of the time") : ""));

    private static ReportChart Curves(ReasoningResult result, string caption, string vertical, Func<TaskScore, double> value, bool log) =>
        new(caption, "problems", vertical,
        [.. result.Cells.Select(cell => cell.Arm).Distinct(StringComparer.Ordinal).Select(arm =>
            new ReportLine(arm, [.. result.Of(arm).Select(cell => ((double)cell.Problems, value(cell.Score)))], Marked: true))])
        {
            LogHorizontal = true,
            LogVertical = log,
        };

    private static ReportTable ArmsTable(ReasoningRecipe recipe, ReasoningResult result, bool cued) => new(
        ["arm", "problems", "right [95%]", .. cued ? ["without a mark", "with a mark", "shortcut taken"] : Array.Empty<string>(), "right by luck",
            "first step right", "learnt from", "steps", "pits on the first wrong step", "pits on step 1", "efficiency [95%]", "seconds"],
        [
            .. result.Cells.OrderBy(cell => cell.Problems).Select(cell => (IReadOnlyList<string>)
            [
                cell.Arm, Say($"{cell.Problems}"), Share(cell.Score),
                .. cued ? [Percent(cell.Score.CueFree), Percent(cell.Score.UnderCue), Percent(cell.Score.ShortcutRate)] : Array.Empty<string>(),
                Percent(cell.Score.Lucky / Math.Max(1.0, cell.Score.Right.Count(letter => letter == '1'))),
                Percent(cell.Score.FirstStep),
                cell.Notes.Pairs is int pairs ? Say($"{pairs:N0} pairs") : Say($"{cell.Notes.Solutions:N0} solutions"), Say($"{cell.Notes.Steps}"),
                cell.Notes.PitPrecision is double precision ? Percent(precision) : "", cell.Notes.PitsOnFirstStep is double first ? Percent(first) : "",
                cell.Arm == ReasoningJob.Sft ? "" : Efficiency(recipe, result, cell), Say($"{cell.Seconds:F0}"),
            ]),
        ],
        "Efficiency: how many times more demonstrations alone would have to be learnt to err as rarely, by the curve of sft; the interval is over the "
        + "questions of the test, with one model an arm. Right by luck: of the right answers, those with a wrong step on the way.");

    private static string Efficiency(ReasoningRecipe recipe, ReasoningResult result, ReasoningCell cell)
    {
        Interval interval = ReasoningFigures.RatioInterval(recipe, result, cell);
        return Say($"{ReasoningFigures.Ratio(result, cell)} [{interval.Lower:F2}, {interval.Upper:F2}]");
    }

    private static IEnumerable<ReportBlock> Notes(ReasoningResult result)
    {
        foreach (ReasoningCell cell in result.Cells.Where(cell => cell.Notes.Remark.Length > 0 || cell.Notes.Diverged))
        {
            yield return new ReportParagraph(
                Say($"{cell.Arm} at {cell.Problems:N0} problems: {(cell.Notes.Diverged ? "the training diverged. " : "")}{cell.Notes.Remark}"));
        }

        foreach (ReasoningCell cell in result.Cells.Where(cell => cell.Notes.Unsolved + cell.Notes.Duplicates + cell.Notes.Unmatched > 0))
        {
            yield return new ReportParagraph(
                Say($"{cell.Arm} at {cell.Problems:N0} problems: {cell.Notes.Unsolved:N0} wrong solutions have no pit, since no rollout solves ")
                + Say($"their problem; {cell.Notes.Unmatched:N0} have no right solution to set against; {cell.Notes.Duplicates:N0} pairs were there before."));
        }
    }

    private static IEnumerable<ReportBlock> Found(ReasoningResult result)
    {
        yield return new ReportTable(["problems", "samples right", "different wrong solutions", "right samples with a wrong step"],
            [.. result.Samples.Select(own => (IReadOnlyList<string>)[Say($"{own.Problems}"), Percent(own.Solved), Say($"{own.Wrong:N0}"), Percent(own.Lucky)])],
            "What the demonstrations' model makes of the problems that it samples");
        if (result.Traces.Count > 0)
        {
            yield return new ReportParagraph(
                "Example solutions. Beside each step stands the chance that the model, sampling on from behind it, ends in the right answer, and what "
                + "the step changes in it: green where it rises, red where it falls.");
        }
    }

    private static ReportMarkedLines Trace(ReasoningTrace trace) => new(
        Say($"{trace.Problem} = ?   {(trace.IsRight ? "right" : "wrong")} in the end, the bare problem is solved {100 * trace.Value:F0}% of the time"),
        [
            .. trace.Steps.Select((text, i) =>
            {
                double advantage = trace.Values[i] - (i == 0 ? trace.Value : trace.Values[i - 1]);
                string wrong = trace.FirstWrong == i + 1 ? "  first wrong step" : "", pit = trace.Pit == i + 1 ? "  pit" : "";
                return new ReportMarkedLine(text, advantage, Say($"{100 * trace.Values[i]:F0}% ({100 * advantage:+0;-0;0}){wrong}{pit}"));
            }),
        ]);

    private static string Share(TaskScore score)
    {
        Interval interval = ProportionIntervals.Wilson(score.Right.Count(letter => letter == '1'), score.Right.Length);
        return Say($"{100 * interval.Estimate:F1}% [{100 * interval.Lower:F1}, {100 * interval.Upper:F1}]");
    }

    private static string Percent(double share) => double.IsFinite(share) ? Say($"{100 * share:F1}%") : "";

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
