using System.Globalization;
using Palimpsest.Common;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Jobs;

/// <summary>Reports of finished runs, made from their folders alone.</summary>
internal static class RunReport
{
    // From here on whole numbers are read more easily than four digits and an exponent.
    private const double Large = 1e4;

    public static Recipe OfSeed(Recipe recipe, long seed) => recipe with { Seed = seed, Seeds = [], Claims = [] };

    /// <summary>The figures of a run, of all its seeds.</summary>
    public static IReadOnlyList<ClaimResult> Results(IJob job, Recipe recipe, string folder) => recipe.Seeds.Count == 0
        ? job.Results(recipe, folder)
        : [.. recipe.Seeds.SelectMany(seed => job.Results(OfSeed(recipe, seed), RunFolder.OfSeed(folder, seed)))];

    public static Report Of(IJob job, Recipe recipe, string folder) => recipe.Seeds.Count == 0 ? job.Report(recipe, folder) : OverSeeds(job, recipe, folder);

    /// <summary>Writes the page into the folder.</summary>
    /// <returns>Its path.</returns>
    public static string Write(IJob job, Recipe recipe, string folder)
    {
        string path = Path.Combine(folder, "report.html");
        string page = HtmlReport.Render(Of(job, recipe, folder), RunFolder.Read(folder), RecipeWriter.ToYaml(recipe), ClaimsFile.Read(Path.Combine(folder, "claims.json")));
        AtomicFile.WriteText(path, page, onlyForUser: true);
        return path;
    }

    // One table over all seeds; the page of each seed lies in its own folder.
    private static Report OverSeeds(IJob job, Recipe recipe, string folder)
    {
        Report first = job.Report(OfSeed(recipe, recipe.Seeds[0]), RunFolder.OfSeed(folder, recipe.Seeds[0]));
        return first with
        {
            Title = $"{job.Kind}: {(recipe.Seeds.Count == 1 ? "one seed" : $"{recipe.Seeds.Count} seeds")}",
            Lead = recipe.Seeds.Count == 1
                ? "The experiment ran with one seed, so that nothing is said about other seeds. Its report lies in seeds/SEED/report.html and is shown below the table."
                : $"The experiment was repeated with {recipe.Seeds.Count} seeds. Each has a report of its own in seeds/SEED/report.html; the first is shown below the table.",
            Figures = [],
            Sections = [new ReportSection("Over seeds", [Table(Results(job, recipe, folder))]), .. first.Sections],
        };
    }

    /// <summary>Every figure with its mean over the seeds, an interval, and what each seed gave.</summary>
    public static ReportTable Table(IReadOnlyList<ClaimResult> results)
    {
        List<IReadOnlyList<string>> rows = [];
        bool placed = results.Any(result => result.At.Count > 0);
        foreach (IGrouping<(string Metric, string Place, string Arm), ClaimResult> group in results.GroupBy(result => (result.Metric, result.Place, result.Arm)))
        {
            double[] values = [.. group.Select(result => result.Value)];
            (string metric, string place, string arm) = group.Key;
            Interval mean = Bootstrap.Of(values, Mean, new RandomStream(0, "report", metric, place, arm));
            string shown = Math.Abs(mean.Estimate) < Large ? mean.ToString() : $"{Number(mean.Estimate)} [{Number(mean.Lower)}, {Number(mean.Upper)}]";
            rows.Add([metric, .. placed ? [place] : Array.Empty<string>(), arm, shown, string.Join("  ", values.Select(Number))]);
        }

        return new ReportTable(["figure", .. placed ? ["at"] : Array.Empty<string>(), "arm", "mean [95% interval over seeds]", "each seed"], rows);
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) < Large ? "G4" : "N0", CultureInfo.InvariantCulture);

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }
}
