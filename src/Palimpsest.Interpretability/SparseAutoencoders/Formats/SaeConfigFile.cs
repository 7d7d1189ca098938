using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Palimpsest.Common;

namespace Palimpsest.Interpretability.SparseAutoencoders.Formats;

/// <summary>Reads and writes SAELens's <c>cfg.json</c>.</summary>
internal static class SaeConfigFile
{
    /// <summary>The version of SAELens whose form is written.</summary>
    public const string Version = "6.54.12";

    private const string VersionKey = "sae_lens_version", TrainingKey = "decoder_init_norm";

    private static readonly string[] s_common = ["architecture", "d_in", "d_sae", "d_out", "dtype", "device", "apply_b_dec_to_input",
        "normalize_activations", "reshape_activations", "metadata"];

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PalimpsestException">It is missing or damaged, or a key or value is unknown.</exception>
    public static SaeConfig Read(string path)
    {
        JsonObject json = SaeJson.ReadObject(path, "A folder of a sparse autoencoder holds cfg.json and sae_weights.safetensors (SAELens), or cfg.json and "
            + "sae.safetensors (sparsify).");
        return Read(json, path);
    }

    /// <summary>Reads an object.</summary>
    /// <param name="json">The object.</param>
    /// <param name="path">What to name in messages.</param>
    public static SaeConfig Read(JsonObject json, string path)
    {
        try
        {
            SaeConfig config = Parse(json, path).Checked(path);
            _ = (config.HookName, config.HookNameOut, config.ModelName); // texts, or nothing
            return config;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new PalimpsestException($"{path}: a value is of the wrong type or outside its range ({error.Message})", error);
        }
    }

    private static SaeConfig Parse(JsonObject json, string path)
    {
        List<string> notes = [];
        JsonObject current = IsCurrent(json) ? json : LegacySaeConfig.Modernise(json, notes);
        string architecture = (string?)current["architecture"] ?? "standard";
        Type type = SaeArchitectures.OptionsOf(architecture, path);
        JsonObject settings = [];
        string[] known = [.. s_common, .. type.GetProperties().Where(property => property.CanWrite)
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name))];
        foreach ((string key, JsonNode? value) in current)
        {
            if (!known.Contains(key))
            {
                throw new PalimpsestException($"{path}: the architecture {architecture} has no key \"{key}\". "
                    + $"{(NearestName.Find(key, known) is string near ? $"Did you mean {near}? " : "")}Known are "
                        + $"{string.Join(", ", known.Order(StringComparer.Ordinal))}.");
            }

            if (!s_common.Contains(key) && (value is not null || key == TrainingKey))
            {
                settings[key] = value?.DeepClone();
            }
        }

        bool training = current.ContainsKey(TrainingKey);
        if (!training && typeof(SelectingOptions).IsAssignableFrom(type) && !settings.ContainsKey("rescale_acts_by_decoder_norm"))
        {
            settings["rescale_acts_by_decoder_norm"] = false; // the default of SAELens where nothing is trained
        }

        return new SaeConfig
        {
            Options = (SaeOptions)settings.Deserialize(type, s_json)!,
            DIn = Number(current, "d_in", path)!.Value,
            DSae = Number(current, "d_sae", path)!.Value,
            DOut = Number(current, "d_out", path, required: false),
            Dtype = SaeJson.TypeName((string?)current["dtype"] ?? "float32", path),
            ApplyBDecToInput = (bool?)current["apply_b_dec_to_input"] ?? true,
            NormalizeActivations = Named<SaeNormalization>(current, "normalize_activations", path),
            ReshapeActivations = Named<SaeReshaping>(current, "reshape_activations", path),
            IsTraining = training,
            Metadata = current["metadata"] is JsonObject metadata ? (JsonObject)metadata.DeepClone() : [],
            Notes = notes,
        };
    }

    /// <summary>What a file holds.</summary>
    public static JsonObject Write(SaeConfig config)
    {
        JsonObject json = new()
        {
            ["architecture"] = config.Architecture,
            ["d_in"] = config.DIn,
            ["d_sae"] = config.DSae,
            ["dtype"] = config.Dtype,
            ["device"] = "cpu",
            ["apply_b_dec_to_input"] = config.ApplyBDecToInput,
            ["normalize_activations"] = Name(config.NormalizeActivations),
            ["reshape_activations"] = Name(config.ReshapeActivations),
        };
        if (config.Options is TranscoderOptions)
        {
            json["d_out"] = config.OutputWidth;
        }

        IReadOnlyList<string> kept = SaeArchitectures.InferenceKeysOf(config.Architecture);
        foreach ((string key, JsonNode? value) in Settings(config.Options))
        {
            if (config.IsTraining || kept.Contains(key))
            {
                json[key] = value?.DeepClone();
            }
        }

        JsonObject metadata = (JsonObject)config.Metadata.DeepClone();
        if (metadata[VersionKey] is null)
        {
            metadata[VersionKey] = Version;
        }

        json["metadata"] = metadata;
        return json;
    }

    /// <summary>The metadata of what is used after a training: its settings go there, save those that stay settings.</summary>
    public static JsonObject InferenceMetadata(SaeConfig config)
    {
        JsonObject metadata = (JsonObject)config.Metadata.DeepClone(), details = [];
        IReadOnlyList<string> kept = SaeArchitectures.InferenceKeysOf(config.Architecture);
        foreach ((string key, JsonNode? value) in Settings(config.Options).Where(pair => !kept.Contains(pair.Key)))
        {
            details[key] = value?.DeepClone();
        }

        metadata["training_architecture"] = config.Architecture;
        metadata["training_architecture_details"] = details;
        return metadata;
    }

    private static JsonObject Settings(SaeOptions options)
    {
        JsonObject json = (JsonObject)JsonSerializer.SerializeToNode(options, options.GetType(), s_json)!;
        if (options is TopKOptions or AbsTopKOptions && json["k"] is JsonNode k)
        {
            json["k"] = (long)(double)k; // a whole number there
        }

        return json;
    }

    private static bool IsCurrent(JsonObject json) => json["metadata"] is JsonObject metadata && (string?)metadata[VersionKey] is string version
        && int.TryParse(version.Split('.')[0], out int major) && major >= 6;

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static T Named<T>(JsonObject json, string key, string path)
        where T : struct, Enum
    {
        if (json[key] is not JsonNode node)
        {
            return default;
        }

        string text = node is JsonValue value && value.TryGetValue(out string? given) ? given : node.ToJsonString();
        T[] all = Enum.GetValues<T>();
        int place = Array.FindIndex(all, one => Name(one) == text);
        return place >= 0 ? all[place]
            : throw new PalimpsestException($"{path}: {key} is \"{text}\", which is not known. Known are {string.Join(", ", all.Select(Name))}.");
    }

    private static int? Number(JsonObject json, string key, string path, bool required = true) => json[key] switch
    {
        JsonValue value when value.TryGetValue(out int number) => number,
        null when !required => null,
        null => throw new PalimpsestException($"{path}: {key} is missing. A configuration says d_in and d_sae."),
        JsonNode other => throw new PalimpsestException($"{path}: {key} must be a whole number, but is {other.ToJsonString()}."),
    };
}
