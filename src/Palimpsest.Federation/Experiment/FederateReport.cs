using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;
using Palimpsest.Runs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Federation.Experiment;

/// <summary>What the report of a federation says.</summary>
internal static class FederateReport
{
    private const int Named = 5, Shown = 20;

    public static Report Of(FederateRecipe recipe, FederateResult result, IReadOnlyList<MetricsRow> metrics)
    {
        RandomStream random = new(recipe.Seed, "report", "intervals");
        string algorithm = RecipeChoices.NameOf(recipe.Method.Algorithm);
        long bytes = result.Download.Bytes + result.Upload.Bytes;
        return new Report
        {
            Title = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(recipe.Model.Name))}, federated by {algorithm}",
            Lead = Say($"{recipe.Train.Rounds:N0} rounds of {recipe.Train.Cohort:N0} clients on {result.Subject}; ")
                + Say($"{result.Trained:N0} of {result.Parameters:N0} parameters trained and sent, {JobText.Bytes(bytes)} in all. {result.Privacy}").TrimEnd(),
            Figures =
            [
                .. Figures(result, random),
                new ReportFigure("bytes both ways", JobText.Bytes(bytes), Say($"{100 * (result.Download + result.Upload).Ratio:F1}% of dense f32")),
                new ReportFigure("clients that took part", Say($"{result.Clients.Count(client => client.Answers > 0):N0} of {result.Clients.Count:N0}")),
                .. result.Privacy is string privacy ? [new ReportFigure("privacy", privacy)] : Array.Empty<ReportFigure>(),
            ],
            Sections =
            [
                new ReportSection("Learning", Learning(result, metrics)),
                new ReportSection("Clients", Clients(result)),
                new ReportSection("Communication", [Bytes(result, metrics), Traffic(result)]),
                new ReportSection("Rounds", Rounds(result, metrics)),
            ],
        };
    }

    private static IEnumerable<ReportFigure> Figures(FederateResult result, RandomStream random) =>
        new[] { (result.Before.Accuracy, result.After.Accuracy), (result.Before.Loss, result.After.Loss) }.Where(pair => pair.Item2 is not null).Select(pair =>
            new ReportFigure(pair.Item2!.Label, $"{pair.Item1!.Show(pair.Item1.Value)} → {pair.Item2.Show(pair.Item2.Value)}",
                $"{JobText.Change(pair.Item2, pair.Item2.ChangeFrom(pair.Item1, random.Child(pair.Item2.Metric)))} over clients"));

    private static IReadOnlyList<ReportBlock> Learning(FederateResult result, IReadOnlyList<MetricsRow> metrics)
    {
        (string Name, string Unit, Func<FederatePoint, double?> Of)[] figures =
        [
            ("Accuracy on what clients hold out", "share of right items", point => point.Accuracy),
            ("Loss on what clients hold out", "nats", point => point.Loss),
        ];
        List<ReportBlock> blocks = [];
        foreach ((string name, string unit, Func<FederatePoint, double?> of) in figures.Where(figure => figure.Of(result.Curve[0]) is not null))
        {
            ReportLine Line(Func<FederatePoint, double> horizontal) =>
                new("held-out items", [.. result.Curve.Select(point => (horizontal(point), of(point) ?? double.NaN))], Marked: true);
            blocks.Add(new ReportChart($"{name}, by rounds", "rounds", unit, [Line(point => point.Round)]));
            blocks.Add(new ReportChart($"{name}, by what was sent", "megabytes both ways", unit, [Line(point => point.Bytes / 1e6)]));
        }

        blocks.Add(new ReportChart("Loss of the clients' own training", "rounds", "nats", [Line(metrics, "loss", "mean of the answers")]));
        return blocks;
    }

    private static IReadOnlyList<ReportBlock> Clients(FederateResult result)
    {
        bool shares = result.After.Accuracy is not null;
        Measurement before = result.Before.Accuracy ?? result.Before.Loss, after = result.After.Accuracy ?? result.After.Loss;
        double[] old = Each(before), now = Each(after), gains = [.. now.Zip(old, (own, other) => shares ? own - other : other - own)];
        int[] order = [.. Enumerable.Range(0, gains.Length).OrderByDescending(i => gains[i]).ThenBy(i => i)];
        string unit = shares ? "share of right items" : "nats";
        IReadOnlyList<string> Row(int i)
        {
            FederateClient client = result.Clients[result.After.Clients[i]];
            return [client.Name, before.Show(old[i]), after.Show(now[i]), Say($"{client.Answers:N0}")];
        }

        int gained = gains.Count(gain => gain > 0), lost = gains.Count(gain => gain < 0);
        return
        [
            new ReportParagraph(Say($"Of {gains.Length:N0} clients that were asked, {gained:N0} are served better than before, {lost:N0} worse, ")
                + Say($"and {gains.Length - gained - lost:N0} alike.")),
            new ReportChart("Clients from the worst served to the best", "share of clients", unit, [Sorted("before", old), Sorted("after", now)]),
            new ReportChart("Who gained and who lost", "share of clients", shares ? "points of accuracy gained" : "nats gained",
                [Sorted("after less before", shares ? [.. gains.Select(gain => 100 * gain)] : gains), new ReportLine("no change", [(0, 0), (1, 0)])]),
            new ReportTable(["gained most", "before", "after", "rounds"], [.. order.Take(Named).Select(Row)]),
            new ReportTable(["gained least", "before", "after", "rounds"], [.. order.Reverse().Take(Named).Select(Row)]),
            new ReportChart("Rounds that a client took part in", "share of clients", "rounds",
                [Sorted("rounds with an answer", [.. result.Clients.Select(client => (double)client.Answers)])]),
        ];
    }

    private static ReportChart Bytes(FederateResult result, IReadOnlyList<MetricsRow> metrics)
    {
        ReportLine Sum(string figure, string name)
        {
            double sum = 0;
            return new ReportLine(name,
                [.. metrics.Where(row => row.Values.ContainsKey(figure)).Select(row => ((double)row.Step, (sum += row.Values[figure]) / 1e6))]);
        }

        double dense = (result.Download + result.Upload).DenseBytes / 1e6;
        int rounds = result.Curve[^1].Round;
        return new ReportChart("What was sent", "rounds", "megabytes",
            [Sum("bytes_down", "to clients"), Sum("bytes_up", "from clients"), new ReportLine("both ways in dense f32", [(0, 0), (rounds, dense)])]);
    }

    private static ReportTable Traffic(FederateResult result)
    {
        static IReadOnlyList<string> Row(string name, Traffic traffic) =>
        [
            name, Say($"{traffic.Frames:N0}"), JobText.Bytes(traffic.ValueBytes), JobText.Bytes(traffic.IndexBytes), JobText.Bytes(traffic.HeaderBytes),
            JobText.Bytes(traffic.Bytes), Say($"{100 * traffic.Ratio:F1}%"),
        ];
        return new ReportTable(["direction", "frames", "values", "positions", "headers", "in all", "of dense f32"],
            [Row("to clients", result.Download), Row("from clients", result.Upload), Row("both ways", result.Download + result.Upload)],
            "Bytes of the encoded frames, those of clients that dropped out or were refused included.");
    }

    private static IReadOnlyList<ReportBlock> Rounds(FederateResult result, IReadOnlyList<MetricsRow> metrics)
    {
        long answered = result.Clients.Sum(client => (long)client.Answers);
        return
        [
            new ReportTable(["quantity", "value"],
            [
                ["clients asked, over all rounds", Say($"{result.Asked:N0}")],
                ["answers in the averages", Say($"{answered:N0}")],
                ["dropped out or too late", Say($"{result.Dropped:N0}")],
                ["without data", Say($"{result.Empty:N0}")],
                ["answers refused", Say($"{result.Refusals.Count:N0}")],
                ["optimizer steps of clients", Say($"{result.Steps:N0}")],
                ["time of the rounds", JobText.Seconds(result.Seconds)],
                ["clients' steps a second", Say($"{result.Steps / result.Seconds:F1}")],
                .. result.Privacy is string privacy ? [["privacy", privacy]] : Array.Empty<IReadOnlyList<string>>(),
            ]),
            new ReportChart("Length of the average update", "rounds", "Euclidean norm", [Line(metrics, "update_norm", "average update")]),
            .. result.Refusals.Count > 0 ? [Refused(result)] : Array.Empty<ReportBlock>(),
        ];
    }

    private static ReportTable Refused(FederateResult result) => new(
        ["round", "client", "why it was refused"],
        [.. result.Refusals.Take(Shown).Select(refusal => (IReadOnlyList<string>)[Say($"{refusal.Round}"), refusal.Client, refusal.Reason])],
        Say($"{result.Refusals.Count:N0} answers were refused; the first {Math.Min(Shown, result.Refusals.Count)}."));

    private static double[] Each(Measurement measured) => [.. measured.Numerators.Zip(measured.Denominators, (own, count) => own / count)];

    private static ReportLine Sorted(string name, double[] values) =>
        new(name, [.. values.Order().Select((value, i) => (values.Length > 1 ? (double)i / (values.Length - 1) : 0, value))]);

    private static ReportLine Line(IReadOnlyList<MetricsRow> metrics, string figure, string name) =>
        new(name, [.. metrics.Where(row => row.Values.ContainsKey(figure)).Select(row => ((double)row.Step, row.Values[figure]))]);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
