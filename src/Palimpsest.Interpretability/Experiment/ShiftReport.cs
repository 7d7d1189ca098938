using System.Globalization;
using Palimpsest.Interpretability.Shift;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What the report on a spurious signal says.</summary>
internal static class ShiftReport
{
    public static Report Of(ShiftRecipe recipe, ShiftResult result)
    {
        ShiftArmResult? Arm(string name) => result.Arms.FirstOrDefault(arm => arm.Name == name);
        return new Report
        {
            Title = "A classifier without its spurious signal",
            Lead = $"Professions from biographies in which they go with a gender; {recipe.Data.Test} balanced ones to measure on. Latents are chosen by a "
                + $"rule on "
                + "balanced texts, in a person's place." + Deletion(Arm("token-deletion"), Arm("ssae")),
            Figures =
            [
                .. new[] { ("original", "as it was learnt"), ("token-deletion", "names and gendered words deleted: needs no autoencoder"),
                ("gsae", "general latents off"),
                    ("ssae", "specialised latents off"), ("oracle", "learnt from balanced texts") }
                    .Where(item => Arm(item.Item1) is not null)
                    .Select(item => new ReportFigure($"worst group: {item.Item1}", Percent(Arm(item.Item1)!.Plain!.Worst), item.Item2)),
            ],
            Sections =
            [
                new ReportSection("Arms",
                [
                    new ReportTable(["arm", "taken out", "profession", "gender", "worst group", "profession, retrained", "gender, retrained",
                        "worst group, retrained"],
                        [.. result.Arms.Select(arm => (IReadOnlyList<string>)[arm.Name, arm.Latents == 0 ? ""
                            : arm.Latents.ToString(CultureInfo.InvariantCulture),
                            .. Cells(arm.Plain), .. Cells(arm.Retrained)])],
                        "Right professions (up is good), answers that go with the gender (50% is good), and right professions in the worst of the four groups"),
                    new ReportParagraph("/8: of each autoencoder only the eighth of its latents that fires most on biographies can be chosen. general: the "
                        + "general autoencoders after as many steps on general "
                        + "text. random: as many latents by lot. neuron-skyline: as many numbers of the residual stream, chosen by a classifier of the "
                            + "gender, set to their means."),
                ]),
            ],
        };
    }

    // A method that a list of words beats has to say so where it is read first.
    private static string Deletion(ShiftArmResult? words, ShiftArmResult? latents)
    {
        double deleted = Best(words), off = Best(latents);
        return words is null || latents is null ? "" : deleted < off
            ? $" Deleting words does worse in the worst group: {Percent(deleted)} against {Percent(off)}."
            : $" Deleting names and gendered words does as well or better in the worst group, and needs no autoencoder: {Percent(deleted)} against "
                + $"{Percent(off)}.";
    }

    private static double Best(ShiftArmResult? arm) => Math.Max(arm?.Plain?.Worst ?? 0, arm?.Retrained?.Worst ?? 0);

    private static IEnumerable<string> Cells(GroupScores? scores) => scores is null ? ["", "", ""]
        : [Percent(scores.Wanted), Percent(scores.Spurious), Percent(scores.Worst)];

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1}%");
}
