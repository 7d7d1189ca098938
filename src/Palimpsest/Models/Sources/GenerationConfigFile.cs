using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Sources;

/// <summary>Reads and writes <c>generation_config.json</c>.</summary>
public static class GenerationConfigFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "generation_config.json";

    private const int DefaultTopK = 50;

    /// <summary>The keys that are read, and what for.</summary>
    public static IReadOnlyDictionary<string, string> Used { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["eos_token_id"] = "the tokens that end a text, in place of those of config.json",
        ["do_sample, temperature, top_k, top_p, min_p, repetition_penalty"] = "how a chat draws, unless the command line says otherwise",
        ["max_new_tokens"] = "the longest answer of a chat, likewise",
        ["stop_strings"] = "texts that end an answer of a chat, likewise",
    };

    /// <summary>The keys that change nothing here. All others that ask for something are named when a chat begins: generation does not have them.</summary>
    public static IReadOnlyDictionary<string, string> Harmless { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bos_token_id"] = "how a text begins is the tokenizer's to say",
        ["pad_token_id"] = "padding never reaches the model's arithmetic",
        ["decoder_start_token_id"] = "for models with an encoder",
        ["max_length"] = "of prompt and answer together; the context of the model and the longest answer limit both",
        ["num_return_sequences"] = "one answer is made",
        ["early_stopping"] = "for searches with beams",
        ["use_cache"] = "the same numbers come out",
        ["cache_implementation"] = "likewise",
        ["cache_config"] = "likewise",
        ["_from_model_config"] = "where the file came from",
        ["transformers_version"] = "likewise",
        ["trust_remote_code"] = "no code is run",
        ["output_attentions"] = "what the library's call gives back",
        ["output_hidden_states"] = "likewise",
        ["output_scores"] = "likewise",
        ["output_logits"] = "likewise",
        ["return_dict_in_generate"] = "likewise",
    };

    // What these say when nothing is asked for, as transformers writes it.
    private static readonly Dictionary<string, double> s_nothing = new(StringComparer.Ordinal)
    {
        ["num_beams"] = 1,
        ["num_beam_groups"] = 1,
        ["typical_p"] = 1,
        ["length_penalty"] = 1,
        ["encoder_repetition_penalty"] = 1,
        ["guidance_scale"] = 1,
        ["num_return_sequences"] = 1,
    };

    /// <summary>A configuration with what the file in a folder says; where there is no such file, with what <c>config.json</c> says in its place, as files of
    /// before 2023 do.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="config">What <c>config.json</c> says of the model.</param>
    /// <param name="configName">The name of that file.</param>
    /// <exception cref="PalimpsestException">The file is damaged, or a value is out of its range.</exception>
    public static CausalConfig Apply(string folder, CausalConfig config, string configName = "config.json")
    {
        ArgumentNullException.ThrowIfNull(config);
        string path = Path.Combine(folder, Name), model = Path.Combine(folder, configName);
        if (!File.Exists(path))
        {
            ConfigReader? old = File.Exists(model) ? ConfigReader.Open(model).Only(ConfigKeys.Generation) : null;
            return old is not null && old.Keys.Any(key => !Harmless.ContainsKey(key) && Asks(old, key))
                ? config with { Generation = Read(old, config.VocabularySize) } : config;
        }

        GenerationConfig generation = Read(path, config.VocabularySize);
        return config with { Generation = generation, EndTokens = generation.EndTokens ?? config.EndTokens };
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">How many tokens the model has.</param>
    /// <exception cref="PalimpsestException">It is damaged, or a value is out of its range.</exception>
    public static GenerationConfig Read(string path, int vocabulary) => Read(ConfigReader.Open(path), vocabulary);

    private static GenerationConfig Read(ConfigReader json, int vocabulary)
    {
        IReadOnlyList<int> ends = json.Integers("eos_token_id");
        bool samples = json.Flag("do_sample");
        GenerationConfig generation = new()
        {
            EndTokens = ends.Count > 0 ? ends : null,
            Temperature = samples ? json.Number("temperature", 1) : 0,
            TopK = samples ? json.Integer("top_k", DefaultTopK) : 0,
            TopP = samples ? json.Number("top_p", 1) : 1,
            MinP = samples ? json.Number("min_p", 0) : 0,
            RepetitionPenalty = json.Number("repetition_penalty", 1),
            MaxNewTokens = json.Has("max_new_tokens") ? json.Positive("max_new_tokens") : null,
            StopTexts = json.Texts("stop_strings"),
            NotFollowed =
                [.. json.Keys.Where(key => !Harmless.ContainsKey(key) && !Used.Keys.Any(used => used.Split(", ").Contains(key))
                && Asks(json, key)).Select(key => $"{key} = {json.Raw(key)}")],
            Json = json.ToString(),
        };
        foreach (int id in ends.Where(id => id < 0 || id >= vocabulary))
        {
            throw json.Bad($"eos_token_id holds {id}, which is none of the model's {vocabulary} tokens");
        }

        return generation is { Temperature: >= 0, TopP: > 0 and <= 1, MinP: >= 0 and <= 1, RepetitionPenalty: > 0 and < double.PositiveInfinity }
            ? generation
            : throw json.Bad("temperature must be at least 0, top_p above 0 and at most 1, min_p from 0 to 1 and repetition_penalty above 0");
    }

    /// <summary>Writes what a model's configuration knows about making text, and all else that its own file said.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">The configuration.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, CausalConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        JsonObject json = config.Generation is GenerationConfig own ? JsonNode.Parse(own.Json)!.AsObject() : new JsonObject { ["_from_model_config"] = true };
        if (config.BeginToken is int begin && !json.ContainsKey("bos_token_id"))
        {
            json["bos_token_id"] = begin;
        }

        if (config.EndTokens.Count > 0)
        {
            json["eos_token_id"] = config.EndTokens.Count == 1 ? config.EndTokens[0] : new JsonArray([.. config.EndTokens.Select(id => JsonValue.Create(id))]);
        }

        AtomicFile.WriteText(path, json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <summary>Whether a key asks for something: it is not null, false, 0, empty, or what stands for nothing.</summary>
    private static bool Asks(ConfigReader json, string key) => json.Raw(key) is not ("null" or "false" or "0" or "0.0" or "[]" or "{}" or "\"\"")
        && !(s_nothing.TryGetValue(key, out double nothing) && json.FindNumber(key) == nothing);
}
