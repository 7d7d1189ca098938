using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Lora;

/// <summary>Reads and writes <c>adapter_config.json</c> as PEFT 0.21 does.</summary>
internal static class LoraConfigFile
{
    // Settings that change nothing in a finished adapter for a model of this kind.
    private static readonly string[] Ignored =
    [
        "auto_mapping", "base_model_name_or_path", "eva_config", "fan_in_fan_out", "inference_mode", "megatron_core", "peft_type", "peft_version",
        "qalora_group_size", "revision", "runtime_config",
    ];

    private const string CausalTask = "CAUSAL_LM", ClassifierTask = "SEQ_CLS", FeatureTask = "FEATURE_EXTRACTION";

    // Fresh matrices of these kinds are plain ones once they are trained; others (pissa, olora, corda, loftq) change the base model too.
    private static readonly string[] KnownInits = ["gaussian", "eva", "orthogonal"];

    /// <summary>Reads the settings.</summary>
    /// <returns>The settings, where the base model was found, the task if one is named, and the module whose tokens are trained if the file names it.</returns>
    /// <exception cref="PalimpsestException">The file is missing or malformed, or asks for what is not supported; the message names it.</exception>
    public static (LoraOptions Options, string? BaseModel, string? Task, string? TokensOf) Read(string path)
    {
        JsonFields json = JsonFields.Read(path, $"The folder of an adapter holds {LoraFolder.Config} and {LoraFolder.Weights}.");
        string kind = json.Text("peft_type") ?? throw json.Bad("peft_type", "is missing");
        if (kind != "LORA")
        {
            throw json.Bad("peft_type", $"\"{kind}\" is not supported; supported: LORA");
        }

        string? task = json.Text("task_type");
        if (task is not (null or CausalTask or ClassifierTask or FeatureTask))
        {
            throw json.Bad("task_type", $"\"{task}\" is not supported; supported: {CausalTask}, {ClassifierTask}, {FeatureTask}");
        }

        (IReadOnlyList<string> targets, string? targetPattern) = json.NamesOrText("target_modules");
        if (targets.Count == 0 && targetPattern is null)
        {
            throw json.Bad("target_modules", "is missing or empty; it must be a list of names or a regular expression");
        }

        if (targetPattern == LoraOptions.AllLinear)
        {
            (targets, targetPattern) = ([LoraOptions.AllLinear], null);
        }

        (IReadOnlyList<string> exclude, string? excludePattern) = json.NamesOrText("exclude_modules");
        (IReadOnlyList<string> layersPattern, string? singlePattern) = json.NamesOrText("layers_pattern");
        (IReadOnlyList<int> tokens, string? tokensOf) = Tokens(json);
        LoraOptions options = new()
        {
            Rank = json.Integer("r", 8),
            Alpha = json.Number("lora_alpha", 8),
            Targets = targets,
            TargetPattern = targetPattern,
            Exclude = exclude,
            ExcludePattern = excludePattern,
            Layers = json.Integers("layers_to_transform"),
            LayersPattern = singlePattern is null ? layersPattern : [singlePattern],
            RankPattern = json.Pairs("rank_pattern", json.Integer),
            AlphaPattern = json.Pairs("alpha_pattern", json.Number),
            Rslora = json.Flag("use_rslora"),
            Dora = json.Flag("use_dora"),
            LoraBias = json.Flag("lora_bias"),
            Bias = json.Text("bias") switch
            {
                null or "none" => LoraBiases.None,
                "all" => LoraBiases.All,
                "lora_only" => LoraBiases.LoraOnly,
                string other => throw json.Bad("bias", $"\"{other}\" is not known; known: none, all, lora_only"),
            },
            SaveModules = json.NamesOrText("modules_to_save") is { Text: null } saved ? saved.Names : throw json.Bad("modules_to_save", "must be a list of names"),
            EnsureWeightTying = json.Flag("ensure_weight_tying"),
            TrainTokens = tokens,
            Dropout = json.Number("lora_dropout", 0),
            Init = Init(json),
        };
        json.RefuseOthers(Ignored);
        options = task == ClassifierTask ? options.ForClassifier() : options;
        string[] problems = [.. options.Problems()];
        return problems.Length == 0
            ? (options, json.Text("base_model_name_or_path"), task, tokensOf)
            : throw new PalimpsestException($"{path}: {string.Join(" ", problems)}");
    }

    /// <summary>What PEFT calls the task of a model; null for one that scores hidden tokens, which has no name there.</summary>
    public static string? TaskOf(ModelConfig config) =>
        config.Labels.Count > 0 ? ClassifierTask : config is CausalConfig ? CausalTask : config.HeadName is null ? FeatureTask : null;

    /// <summary>Writes the settings of an adapter.</summary>
    public static void Write(string path, LoraAdapter adapter, string? baseModel) => AtomicFile.WriteText(path, Json(adapter, baseModel).ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");

    /// <summary>The settings of an adapter, keys in alphabetical order. Those that older readers do not know are left out where they say nothing.</summary>
    public static JsonObject Json(LoraAdapter adapter, string? baseModel)
    {
        LoraOptions options = adapter.Options;
        SortedDictionary<string, JsonNode?> values = new(StringComparer.Ordinal)
        {
            ["alpha_pattern"] = Pairs(options.AlphaPattern, value => JsonValue.Create(value)),
            ["auto_mapping"] = null,
            ["base_model_name_or_path"] = baseModel,
            ["bias"] = options.Bias switch { LoraBiases.All => "all", LoraBiases.LoraOnly => "lora_only", _ => "none" },
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = options.Init switch { LoraInit.Gaussian => "gaussian", LoraInit.Random => false, _ => true },
            ["layers_pattern"] = Names(options.LayersPattern),
            ["layers_to_transform"] = options.Layers.Count == 0 ? null : new JsonArray([.. options.Layers.Select(layer => JsonValue.Create(layer))]),
            ["lora_alpha"] = options.Alpha,
            ["lora_dropout"] = options.Dropout,
            ["modules_to_save"] = Names(options.SaveModules),
            ["peft_type"] = "LORA",
            ["r"] = options.Rank,
            ["rank_pattern"] = Pairs(options.RankPattern, value => JsonValue.Create(value)),
            ["revision"] = null,
            ["target_modules"] = options.TargetPattern is string pattern ? pattern : Names(Targets(adapter)),
            ["task_type"] = TaskOf(adapter.Model.Config),
            ["use_dora"] = options.Dora,
            ["use_rslora"] = options.Rslora,
        };
        if (options.Exclude.Count > 0 || options.ExcludePattern is not null)
        {
            values["exclude_modules"] = options.ExcludePattern is string exclude ? exclude : Names(options.Exclude);
        }

        if (options.LoraBias)
        {
            values["lora_bias"] = true;
        }

        if (options.EnsureWeightTying)
        {
            values["ensure_weight_tying"] = true;
        }

        if (options.TrainTokens.Count > 0)
        {
            values["trainable_token_indices"] = new JsonArray([.. options.TrainTokens.Select(token => JsonValue.Create(token))]);
        }

        return new JsonObject(values);
    }

    /// <summary>Names instead of all-linear, as PEFT stores them: the last parts of the names if they mean the same modules, else the whole names.</summary>
    private static IReadOnlyList<string> Targets(LoraAdapter adapter)
    {
        if (adapter.Options.Targets is not [LoraOptions.AllLinear])
        {
            return adapter.Options.Targets;
        }

        string[] names = [.. adapter.Modules.Select(module => module.Name)];
        string[] ends = [.. names.Select(name => name[(name.LastIndexOf('.') + 1)..]).Distinct()];
        LoraSelector selector = new(adapter.Options with { Targets = ends, Layers = [] });
        return adapter.Options.Layers.Count == 0 && selector.Select([.. adapter.Model.Linears.Select(item => item.Name)], [], "").SequenceEqual(names) ? ends : names;
    }

    /// <summary>A list of tokens of the embedding, or one under the name of a module.</summary>
    private static (IReadOnlyList<int> Tokens, string? Of) Tokens(JsonFields json)
    {
        const string key = "trainable_token_indices";
        if (json.Take(key) is not JsonObject named)
        {
            return (json.Integers(key), null);
        }

        return named.ToArray() switch
        {
            [] => ([], null),
            [(string module, JsonArray ids)] =>
                ([.. ids.Select(id => json.Integer(key, id ?? throw json.Bad(key, "must hold whole numbers, but holds null")))], module),
            _ => throw json.Bad(key, $"must name the embedding alone with a list of its tokens, but is {named.ToJsonString()}"),
        };
    }

    private static LoraInit Init(JsonFields json) => json.Take("init_lora_weights") switch
    {
        null => LoraInit.Kaiming,
        JsonValue value when value.TryGetValue(out bool standard) => standard ? LoraInit.Kaiming : LoraInit.Random,
        JsonValue value when value.TryGetValue(out string? name) && KnownInits.Contains(name) => LoraInit.Gaussian,
        JsonNode other => throw json.Bad("init_lora_weights", $"{other.ToJsonString()} is not supported, as it changes the base model or is unknown; supported: true, false, {string.Join(", ", KnownInits)}"),
    };

    private static JsonArray? Names(IReadOnlyList<string> names) => names.Count == 0 ? null : new JsonArray([.. names.Select(name => JsonValue.Create(name))]);

    private static JsonObject Pairs<T>(IReadOnlyDictionary<string, T> pairs, Func<T, JsonNode?> node) => new(pairs.Select(pair => KeyValuePair.Create(pair.Key, node(pair.Value))));
}
