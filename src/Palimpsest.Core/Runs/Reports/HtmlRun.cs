using System.Buffers;
using System.Globalization;

namespace Palimpsest.Runs.Reports;

/// <summary>What the page says about the run itself: how it stands, and where it ran.</summary>
internal static class HtmlRun
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(" \t\n\"'$\\");

    /// <summary>A word of warning above everything else, unless the run is finished.</summary>
    public static void Banner(HtmlWriter html, RunInfo run)
    {
        (string state, string meaning) = run.Status switch
        {
            RunStatus.Running => ("This run is not finished.", "It was still going on when this page was written: its figures will change."),
            RunStatus.Interrupted => ("This run is not finished.", "It was interrupted, and what follows is incomplete. It can be resumed."),
            RunStatus.Stopped => ("This run is not finished.", "It was stopped, and what follows is incomplete. It can be resumed."),
            RunStatus.Failed => ("This run failed.", "What follows is incomplete."),
            _ => ("", ""),
        };
        if (state.Length == 0)
        {
            return;
        }

        html.Open("div", ("class", "banner"), ("role", "note")).Open("p").Element("strong", state).Text(" " + meaning).Close();
        if (!string.IsNullOrWhiteSpace(run.Problem))
        {
            html.Element("p", run.Problem, ("class", "problem"));
        }

        html.Close();
    }

    /// <summary>Kind, state, date, version, duration and seeds in one line.</summary>
    public static void Status(HtmlWriter html, RunInfo run)
    {
        html.Open("ul", ("class", "status")).Element("li", run.Kind).Element("li", Word(run.Status), ("class", run.Status == RunStatus.Finished ? null : "unfinished"));
        html.Open("li").Element("time", run.Started.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture), ("datetime", run.Started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))).Close();
        html.Element("li", $"version {Version(run.Version)}");
        if (run.Ended is { } ended)
        {
            html.Element("li", $"took {Duration(ended - run.Started)}");
        }

        if (run.Seeds.Count > 0)
        {
            html.Element("li", $"{(run.Seeds.Count == 1 ? "seed" : "seeds")} {string.Join(", ", run.Seeds.Select(seed => seed.ToString(CultureInfo.InvariantCulture)))}");
        }

        html.Close();
    }

    /// <summary>Version, machine, inputs, hashes and arguments.</summary>
    public static void Environment(HtmlWriter html, RunInfo run)
    {
        html.Open("details").Open("summary").Element("h2", "Environment").Close().Open("dl", ("class", "facts"));
        Fact(html, "Version", run.Version);
        if (run.Hardware is { } hardware)
        {
            Fact(html, "Processor", string.Create(CultureInfo.InvariantCulture, $"{hardware.Cpu ?? "unknown"}, {hardware.Cores} {(hardware.Cores == 1 ? "core" : "cores")}"));
            Fact(html, "Memory", string.Create(CultureInfo.InvariantCulture, $"{hardware.MemoryGb:0.#} GB"));
            Fact(html, "Instruction sets", string.Join(", ", hardware.InstructionSets));
            Fact(html, "System", hardware.Os);
            Fact(html, "Runtime", hardware.Runtime);
        }

        Fact(html, "Recipe", run.RecipeSha256 is null ? null : $"sha256 {run.RecipeSha256}", code: true);
        Fact(html, "Rules of claims", run.ClaimRulesSha256 is null ? null : $"sha256 {run.ClaimRulesSha256}", code: true);
        Fact(html, "Arguments", string.Join(' ', run.Arguments.Select(Quoted)), code: true);
        html.Close();
        if (run.Inputs.Count > 0)
        {
            HtmlBlocks.Table(html, new ReportTable(["Input", "Path", "SHA-256"], [.. run.Inputs.Select(input => (IReadOnlyList<string>)[input.Key, input.Value.Path, input.Value.Sha256])], "What the run read"));
        }

        html.Close();
    }

    /// <summary>A time as people say it, to two units: <c>1 h 05 min</c>.</summary>
    internal static string Duration(TimeSpan time) => time switch
    {
        _ when time < TimeSpan.Zero => "an unknown time",
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Hours} h {time.Minutes:00} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Days} d {time.Hours} h"),
    };

    private static string Word(RunStatus status) => status switch
    {
        RunStatus.Running => "running",
        RunStatus.Interrupted => "interrupted",
        RunStatus.Finished => "finished",
        RunStatus.Failed => "failed",
        _ => "stopped",
    };

    // A commit hash behind the version is cut for the line; the environment has it whole.
    private static string Version(string version) => version.IndexOf('+', StringComparison.Ordinal) is var plus and >= 0 && version.Length > plus + 9 ? version[..(plus + 9)] : version;

    private static string Quoted(string argument) => argument.Length == 0 || argument.AsSpan().IndexOfAny(NeedQuotes) >= 0 ? $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'" : argument;

    private static void Fact(HtmlWriter html, string name, string? text, bool code = false)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        html.Open("div").Element("dt", name);
        if (code)
        {
            html.Open("dd").Element("code", text).Close();
        }
        else
        {
            html.Element("dd", text);
        }

        html.Close();
    }
}
