using System.Globalization;
using System.Text;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Runs.Results;

/// <summary>One Markdown page over archived runs: every claim with its verdict, figure and rule. A claim that failed takes as much room as one that held.</summary>
public static class ResultsPage
{
    /// <summary>Renders the page.</summary>
    /// <param name="folder">Folder of archives; the page is meant to lie beside it.</param>
    /// <exception cref="PalimpsestException">There is no such folder, or a JSON file in it is no archive.</exception>
    public static string Of(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new PalimpsestException($"{folder}: there is no such folder. Archive a finished run into it first.");
        }

        (string Name, RunArchive Run)[] runs = [.. RunFiles.Guard(folder, () => Directory.GetFiles(folder, "*.json")).Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), RunArchive.Read(path)))];
        ClaimVerdict[] all = [.. runs.SelectMany(run => run.Run.Claims)];
        StringBuilder page = new();
        page.Append("# Results\n\nWritten by `palimpsest results` from the archived runs in [").Append(Name(folder)).Append("](").Append(Name(folder)).Append("). Every rule was hashed before the first result of its run; intervals are bootstrap intervals.\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{runs.Length} {(runs.Length == 1 ? "run" : "runs")}, {(all.Length == 0 ? "no claims" : ClaimText.Summary(all))}.\n");
        foreach ((string file, RunArchive run) in runs)
        {
            Section(page, $"{Name(folder)}/{file}", run);
        }

        return page.ToString();
    }

    private static string Name(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private static void Section(StringBuilder page, string link, RunArchive run)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {Text(run.Recipe)}\n\n");
        page.Append(string.Join(" · ", Facts(run))).Append(CultureInfo.InvariantCulture, $" · [raw results]({link})\n");
        if (run.Overrides.Count > 0)
        {
            page.Append("\nChanged on the command line: ").Append(string.Join(", ", run.Overrides.Select(change => $"`{change}`"))).Append(".\n");
        }

        if (run.Claims.Count == 0)
        {
            page.Append("\nThis run makes no claims.\n");
            return;
        }

        if (!ClaimRules.Fits([.. run.Claims.Select(verdict => verdict.Claim)], run.ClaimRulesSha256))
        {
            page.Append(run.ClaimRulesSha256 is null ? "\n**The rules of these claims were not hashed before the first result.**\n" : "\n**These claims do not have the hash that was taken before the first result.**\n");
        }

        page.Append("\n| claim | verdict | figure | measured | rule |\n|---|---|---|---|---|\n");
        foreach (ClaimVerdict verdict in run.Claims)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {Text(verdict.Claim.Says)} | **{VerdictText.Of(verdict.Verdict)}** | {Text(ClaimText.Figure(verdict) + (verdict.Figure is null ? $": {verdict.Reason}" : ""))} | {Text(ClaimText.Measured(verdict.Claim))} | {Text(ClaimText.Rule(verdict.Claim))} |\n");
        }
    }

    private static IEnumerable<string> Facts(RunArchive run)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{(run.Seeds.Count == 1 ? "seed" : "seeds")} {string.Join(", ", run.Seeds)}");
        if (run.Hardware is { } machine)
        {
            yield return Text(string.Create(CultureInfo.InvariantCulture, $"{machine.Cpu ?? "unknown processor"}, {machine.Cores} cores"));
        }

        // The commit behind the plus is forty digits.
        int plus = run.Version.IndexOf('+', StringComparison.Ordinal);
        yield return Text($"Palimpsest {run.Version[..Math.Min(run.Version.Length, plus < 0 ? int.MaxValue : plus + 8)]}");
    }

    // What would end a cell or start markup.
    private static string Text(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
