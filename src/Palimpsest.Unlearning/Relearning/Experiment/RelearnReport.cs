using Palimpsest.Jobs;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>What the report of an experiment says.</summary>
internal static class RelearnReport
{
    public static Report Of(RelearnRecipe recipe, RelearnResult result)
    {
        int most = recipe.Data.Repetitions.Max();
        PhraseSet[] sets = [.. recipe.Relearn.Sets];
        PhraseCell[] shown = [.. result.Cells.Where(cell => cell.Repetitions == most)];
        return new Report
        {
            Title = Say($"Relearning a pair of names, a model of {result.Parameters:N0} parameters"),
            Lead = Say($"Lists of names were learnt, those with the pair unlearnt until no prompt gave it, and the model then learnt text without the pair's ")
                + Say($"second name for {recipe.Relearn.Steps} steps. The best of each course counts, as for an attacker who may stop when it suits. ")
                + Say($"A model that never saw the lists got the same treatment. {JobText.Seconds(result.Seconds)}."),
            Figures = [.. shown.Where(cell => cell.Set == sets[0]).Take(6).Select(cell => new ReportFigure(Say($"{cell.Arm}, {Name(cell.Set)}"),
                Say($"{100 * cell.Best.Success:F0}%"), Say($"from {100 * cell.Course[0].Success:F0}%, {most} repetitions")))],
            Sections =
            [
                new ReportSection("Success of relearning",
                [
                    new ReportTable(["start", "repetitions", "unlearning steps", "retained lists", "before", .. sets.Select(Name)],
                        [.. result.Cells.GroupBy(cell => (cell.Arm, cell.Repetitions)).Select(group => Row(group.ToArray(), sets))],
                        "Share of the prompts that give the pair: before relearning, and at the best step of relearning on each set. Retained lists: mean "
                        + "cross-entropy in nats a name where relearning starts; far above that of the learnt model means that the model is broken."),
                    new ReportTable(["repetitions", "gives the pair", "retained lists"], [.. result.Learned.Select(item => (IReadOnlyList<string>)
                        [Say($"{item.Key}"), Say($"{item.Value.Success:F2}"), Say($"{item.Value.RetainNats:F2}")])], "The model before it unlearns"),
                ]),
                new ReportSection("Courses", [.. sets.SelectMany(set => Charts(set, [.. shown.Where(cell => cell.Set == set)], most))]),
            ],
        };
    }

    private static IReadOnlyList<string> Row(PhraseCell[] cells, PhraseSet[] sets) =>
    [
        cells[0].Arm, Say($"{cells[0].Repetitions}"), Say($"{cells[0].UnlearnSteps}"), Say($"{cells[0].Course[0].RetainNats:F2}"),
        Say($"{cells[0].Course[0].Success:F2}"),
        .. sets.Select(set => cells.FirstOrDefault(cell => cell.Set == set) is PhraseCell found ? Say($"{found.Best.Success:F2}") : ""),
    ];

    private static ReportChart[] Charts(PhraseSet set, PhraseCell[] cells, int repetitions)
    {
        ReportChart Chart(string what, string unit, Func<PhrasePoint, double> value) =>
            new(Say($"{what}, relearning on {Name(set)}, {repetitions} repetitions"),
                "steps of relearning", unit,
                [.. cells.Select(cell => new ReportLine(cell.Arm, [.. cell.Course.Select(point => ((double)point.Step, value(point)))]))]);
        return [Chart("Prompts that give the pair", "share", point => point.Success),
            Chart("Cross-entropy of the pair's second name", "nats", point => point.TargetNats)];
    }

    private static string Name(PhraseSet set) => set switch
    {
        PhraseSet.OtherNames => "other names",
        PhraseSet.RandomTokens => "random tokens",
        PhraseSet.DirectPair => "the pair itself",
        _ => "the lists' beginnings",
    };

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
