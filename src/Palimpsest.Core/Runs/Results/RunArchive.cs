using System.Text.Json;
using System.Text.Json.Serialization;
using Palimpsest.Common;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Runs.Results;

/// <summary>What stays of a finished run when its folder is gone: where it came from, the verdicts, and every seed's result as the run wrote it. One small file, fit to be committed.</summary>
public sealed record RunArchive
{
    /// <summary>The recipe's file, as seen from where the run was archived; the run's kind where it was started without one.</summary>
    public required string Recipe { get; init; }

    /// <summary>SHA-256 of the resolved recipe, lower-case hexadecimal.</summary>
    public string? RecipeSha256 { get; init; }

    /// <summary>What the command line changed of the recipe (<c>--set</c>).</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Version of Palimpsest that began the run.</summary>
    public required string Version { get; init; }

    /// <summary>Hash of the claims' rules, taken before the first result; null if there were none.</summary>
    public string? ClaimRulesSha256 { get; init; }

    /// <summary>The machine.</summary>
    public RunHardware? Hardware { get; init; }

    /// <summary>SHA-256 of what the run read, by name.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>Seeds, in their order.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>The verdicts, in the order of the recipe.</summary>
    public IReadOnlyList<ClaimVerdict> Claims { get; init; } = [];

    /// <summary>Each seed's result, by seed.</summary>
    [JsonConverter(typeof(CompactJson))]
    public required IReadOnlyDictionary<string, JsonElement> Results { get; init; }

    /// <summary>Archives a finished run.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="PalimpsestException">The folder is no run, the run has not come to its end, or a file of it is damaged.</exception>
    public static RunArchive Of(string folder)
    {
        RunInfo info = RunFolder.Read(folder);
        if (info.Status != RunStatus.Finished)
        {
            throw new UnfinishedRunException(folder);
        }

        string Part(long seed) => Directory.Exists(RunFolder.OfSeed(folder, seed)) ? RunFolder.OfSeed(folder, seed) : folder;
        string? recipe = Recipes(info.Arguments).FirstOrDefault();
        return new RunArchive
        {
            Recipe = recipe is null ? info.Kind : Shown(recipe),
            RecipeSha256 = info.RecipeSha256,
            Overrides = [.. Set(info.Arguments)],
            Version = info.Version,
            ClaimRulesSha256 = info.ClaimRulesSha256,
            Hardware = info.Hardware,
            Inputs = info.Inputs.ToDictionary(input => input.Key, input => input.Value.Sha256, StringComparer.Ordinal),
            Seeds = info.Seeds,
            Claims = ClaimsFile.Read(Path.Combine(folder, "claims.json")),
            Results = info.Seeds.ToDictionary(seed => $"{seed}", seed => RunFolder.ResultOf<object>(Part(seed)) is JsonElement result ? result : default, StringComparer.Ordinal),
        };
    }

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public void Write(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is string folder)
        {
            RunFiles.Guard(folder, () => Directory.CreateDirectory(folder));
        }

        AtomicFile.WriteText(path, JsonSerializer.Serialize(this, RunJson.Options) + "\n");
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="PalimpsestException">The file cannot be read, or is something else.</exception>
    public static RunArchive Read(string path)
    {
        try
        {
            RunArchive archive = JsonSerializer.Deserialize<RunArchive>(RunFiles.ReadText(path), RunJson.Options) ?? throw new JsonException("it is empty");
            return archive with { Claims = ClaimsFile.Checked(archive.Claims) };
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{path}: is no archived run ({error.Message.TrimEnd('.')}). Archive the run again, or take the file out of "
                + "the folder.", error);
        }
    }

    // 'palimpsest run [options] RECIPE [options]'; a YAML file may also be the value of an option.
    private static IEnumerable<string> Recipes(IReadOnlyList<string> arguments) => arguments.Contains("run")
        ? arguments.Where((argument, i) => argument.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) && !argument.StartsWith('-') && (i == 0 || arguments[i - 1] is not ("--set" or "--runs")))
        : [];

    private static IEnumerable<string> Set(IReadOnlyList<string> arguments)
    {
        const string option = "--set";
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i].StartsWith(option + "=", StringComparison.Ordinal))
            {
                yield return arguments[i][(option.Length + 1)..];
            }
            else if (arguments[i] == option && i + 1 < arguments.Count)
            {
                yield return arguments[++i];
            }
        }
    }

    // A path from another place would tell how somebody's disk is laid out.
    private static string Shown(string recipe)
    {
        // Run folders shorten the home folder.
        if (recipe.StartsWith('~'))
        {
            recipe = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + recipe[1..];
        }

        string relative = Path.GetRelativePath(Environment.CurrentDirectory, recipe).Replace('\\', '/');
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? Path.GetFileName(recipe) : relative;
    }

    /// <summary>A line a seed: indented, raw results would be thousands of lines of one number.</summary>
    private sealed class CompactJson : JsonConverter<IReadOnlyDictionary<string, JsonElement>>
    {
        public override IReadOnlyDictionary<string, JsonElement> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ref reader) ?? throw new JsonException("results are missing");

        public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, JsonElement> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach ((string seed, JsonElement result) in value)
            {
                writer.WritePropertyName(seed);
                writer.WriteRawValue(JsonSerializer.Serialize(result));
            }

            writer.WriteEndObject();
        }
    }
}
