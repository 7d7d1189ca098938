using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Runs;

namespace Palimpsest.Models;

/// <summary>Reads and writes <c>config.json</c> in the styles of transformers 4 and 5.</summary>
public static class ModelConfigFile
{
    /// <summary>Architectures that can be loaded, as <c>architectures</c> names them.</summary>
    public static IReadOnlyList<string> KnownArchitectures { get; } = ["LlamaForCausalLM"];

    /// <summary>Reads a Llama configuration.</summary>
    /// <param name="path">The file <c>config.json</c>.</param>
    /// <exception cref="PalimpsestException">The file is missing or malformed, the architecture is unknown, or a feature is not supported.</exception>
    public static LlamaConfig ReadLlama(string path)
    {
        JsonObject json = Read(path);
        string architecture = json["architectures"] is JsonArray { Count: > 0 } names ? names[0]?.ToString() ?? "" : json["model_type"]?.ToString() == "llama" ? "LlamaForCausalLM" : "";
        if (!KnownArchitectures.Contains(architecture))
        {
            throw new PalimpsestException($"{path}: architecture \"{(architecture.Length > 0 ? architecture : json["model_type"]?.ToString() ?? "none")}\" is not known. Known: {string.Join(", ", KnownArchitectures)}.");
        }

        RefuseUnless(path, json, "hidden_act", ["silu"], "silu");
        JsonObject? rope = json["rope_parameters"] as JsonObject;
        RefuseRopeScaling(path, rope ?? json["rope_scaling"] as JsonObject);
        int heads = Integer(path, json, "num_attention_heads"), hidden = Integer(path, json, "hidden_size");
        LlamaConfig config = new()
        {
            VocabularySize = Integer(path, json, "vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = Integer(path, json, "intermediate_size"),
            Layers = Integer(path, json, "num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = Integer(path, json, "num_key_value_heads", heads),
            HeadWidth = Integer(path, json, "head_dim", hidden / heads),
            ContextLength = Integer(path, json, "max_position_embeddings", 2048),
            RopeTheta = Number(path, rope ?? json, "rope_theta", 10_000),
            NormEpsilon = Number(path, json, "rms_norm_eps", 1e-6),
            InitializerRange = Number(path, json, "initializer_range", 0.02),
            TiedEmbeddings = Flag(path, json, "tie_word_embeddings"),
            AttentionBias = Flag(path, json, "attention_bias"),
            MlpBias = Flag(path, json, "mlp_bias"),
            BeginToken = json["bos_token_id"] is JsonValue ? Integer(path, json, "bos_token_id") : null,
            EndTokens = json["eos_token_id"] is JsonArray many ? [.. many.Select(item => (int)item!)] : json["eos_token_id"] is JsonValue ? [Integer(path, json, "eos_token_id")] : [],
        };
        if (config.Heads % config.KeyValueHeads != 0 || config.HeadWidth % 2 != 0)
        {
            throw new PalimpsestException($"{path}: {config.Heads} heads cannot share {config.KeyValueHeads} key-value heads of width {config.HeadWidth}; the first must be a multiple of the second and the width even.");
        }

        return config;
    }

    /// <summary>Writes a Llama configuration as transformers 5 does.</summary>
    /// <param name="path">The file <c>config.json</c>.</param>
    /// <param name="config">The shape.</param>
    /// <param name="type">Element type of the weights: <c>float32</c> or <c>bfloat16</c>.</param>
    public static void Write(string path, LlamaConfig config, string type = "float32")
    {
        ArgumentNullException.ThrowIfNull(config);
        JsonObject json = new()
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["attention_bias"] = config.AttentionBias,
            ["bos_token_id"] = config.BeginToken,
            ["dtype"] = type,
            ["eos_token_id"] = config.EndTokens.Count == 1 ? config.EndTokens[0] : new JsonArray([.. config.EndTokens.Select(id => JsonValue.Create(id))]),
            ["head_dim"] = config.HeadWidth,
            ["hidden_act"] = "silu",
            ["hidden_size"] = config.HiddenSize,
            ["initializer_range"] = config.InitializerRange,
            ["intermediate_size"] = config.IntermediateSize,
            ["max_position_embeddings"] = config.ContextLength,
            ["mlp_bias"] = config.MlpBias,
            ["model_type"] = "llama",
            ["num_attention_heads"] = config.Heads,
            ["num_hidden_layers"] = config.Layers,
            ["num_key_value_heads"] = config.KeyValueHeads,
            ["rms_norm_eps"] = config.NormEpsilon,
            ["rope_parameters"] = new JsonObject { ["rope_theta"] = config.RopeTheta, ["rope_type"] = "default" },
            ["rope_theta"] = config.RopeTheta,
            ["tie_word_embeddings"] = config.TiedEmbeddings,
            ["vocab_size"] = config.VocabularySize,
        };
        AtomicFile.WriteText(path, json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private static JsonObject Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return JsonNode.Parse(stream, documentOptions: new JsonDocumentOptions { MaxDepth = 32 }) as JsonObject ?? throw new PalimpsestException($"{path}: is not a JSON object.");
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{path}: is not valid JSON ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message}) A model folder holds config.json, model.safetensors and tokenizer.json.", error);
        }
    }

    private static void RefuseRopeScaling(string path, JsonObject? rope)
    {
        string type = (rope?["rope_type"] ?? rope?["type"])?.ToString() ?? "default";
        if (type != "default")
        {
            throw new PalimpsestException($"{path}: rotary scaling of type \"{type}\" is not supported; supported: default.");
        }
    }

    private static void RefuseUnless(string path, JsonObject json, string key, string[] supported, string fallback)
    {
        string value = json[key]?.ToString() ?? fallback;
        if (!supported.Contains(value, StringComparer.Ordinal))
        {
            throw new PalimpsestException($"{path}: {key} \"{value}\" is not supported; supported: {string.Join(", ", supported)}.");
        }
    }

    private static int Integer(string path, JsonObject json, string key, int? fallback = null)
    {
        if (json[key] is JsonValue value)
        {
            return value.TryGetValue(out int number) && number is >= 0 and <= 1 << 28 ? number : throw new PalimpsestException($"{path}: {key} must be a whole number from 0 to 268435456, but is {value.ToJsonString()}.");
        }

        return fallback ?? throw new PalimpsestException($"{path}: {key} is missing.");
    }

    private static double Number(string path, JsonObject json, string key, double fallback) =>
        json[key] is not JsonValue value ? fallback : value.TryGetValue(out double number) ? number : throw new PalimpsestException($"{path}: {key} must be a number, but is {value.ToJsonString()}.");

    private static bool Flag(string path, JsonObject json, string key) =>
        json[key] is JsonValue value && (value.TryGetValue(out bool flag) ? flag : throw new PalimpsestException($"{path}: {key} must be true or false, but is {value.ToJsonString()}."));
}
