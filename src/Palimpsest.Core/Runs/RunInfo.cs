using System.Reflection;
using System.Text.Json;

namespace Palimpsest.Runs;

/// <summary>What <c>run.json</c> says about a run.</summary>
public sealed record RunInfo
{
    /// <summary>How the run stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>The kind of experiment, for example <c>finetune</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>A title for people, or null.</summary>
    public string? Title { get; init; }

    /// <summary>When the run was created, in UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended, in UTC; null while it has not.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Version of Palimpsest, with the commit where the build knows it.</summary>
    public string Version { get; init; } = typeof(RunInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Arguments of the command line; the path of the home folder is shortened to <c>~</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Seeds that the run used.</summary>
    public IReadOnlyList<long> Seeds { get; init; } = [];

    /// <summary>What the run read, by name (<c>model</c>, <c>data</c>).</summary>
    public IReadOnlyDictionary<string, RunInput> Inputs { get; init; } = new Dictionary<string, RunInput>();

    /// <summary>Hash of the claims' rules, taken before the first result; null if the recipe makes no claims.</summary>
    public string? ClaimRulesSha256 { get; init; }

    /// <summary>SHA-256 of <c>recipe.yaml</c>, lower-case hexadecimal.</summary>
    public string? RecipeSha256 { get; init; }

    /// <summary>The machine of the last process that worked on the run.</summary>
    public RunHardware? Hardware { get; init; }

    /// <summary>The final headline numbers by name.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();

    /// <summary>Message of the error that ended the run, or null.</summary>
    public string? Problem { get; init; }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="PalimpsestException">The text is cut off or no description of a run.</exception>
    internal static RunInfo FromJson(string json, string name)
    {
        try
        {
            if (JsonSerializer.Deserialize<RunInfo>(json, RunJson.Options) is { } info)
                return info;
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{name}: damaged, or not written by Palimpsest ({error.Message.TrimEnd('.')}). Restore it from a copy, or start the recipe again.", error);
        }

        throw new PalimpsestException($"{name}: empty. Restore it from a copy, or start the recipe again.");
    }

    internal string ToJson() => JsonSerializer.Serialize(this, RunJson.Options) + "\n";
}
