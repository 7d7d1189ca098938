using System.Text.Json.Nodes;

namespace Palimpsest.Interpretability.SparseAutoencoders.Formats;

/// <summary>Turns configurations of SAELens before version 6, in which everything lies in one object, into those of today.</summary>
internal static class LegacySaeConfig
{
    private static readonly Dictionary<string, string> s_renamed = new(StringComparer.Ordinal)
    {
        ["hook_point"] = "hook_name",
        ["hook_point_head_index"] = "hook_head_index",
        ["activation_fn_str"] = "activation_fn",
    };

    private static readonly string[] s_metadata =
        ["model_name", "hook_name", "hook_name_out", "hook_head_index", "dataset_path", "context_size", "prepend_bos", "sae_lens_training_version",
            "neuronpedia_id"];

    private static readonly string[] s_kept = ["architecture", "d_in", "d_sae", "d_out", "dtype", "device", "apply_b_dec_to_input", "normalize_activations",
        "reshape_activations", "k", "rescale_acts_by_decoder_norm"];

    /// <summary>Makes one of today.</summary>
    /// <param name="old">What was read.</param>
    /// <param name="notes">Receives what was passed over.</param>
    public static JsonObject Modernise(JsonObject old, List<string> notes)
    {
        JsonObject flat = [];
        foreach ((string key, JsonNode? value) in old)
        {
            flat[s_renamed.GetValueOrDefault(key, key)] = value?.DeepClone();
        }

        JsonObject made = [], metadata = old["metadata"] is JsonObject given ? (JsonObject)given.DeepClone() : [];
        foreach (string key in s_metadata)
        {
            metadata[key] ??= flat[key]?.DeepClone() ?? (key == "prepend_bos" ? true : null);
        }

        foreach (string key in s_kept.Where(key => flat[key] is not null))
        {
            made[key] = flat[key]!.DeepClone();
        }

        made["architecture"] ??= "standard";
        made["apply_b_dec_to_input"] ??= true;
        if (made["normalize_activations"] is JsonValue flag && flag.TryGetValue(out bool normalised))
        {
            made["normalize_activations"] = normalised ? "expected_average_only_in" : "none";
        }

        if (made["reshape_activations"] is null && ((string?)metadata["hook_name"])?.EndsWith("hook_z", StringComparison.Ordinal) == true)
        {
            made["reshape_activations"] = "hook_z";
        }

        if ((string?)flat["activation_fn"] == "topk" && flat["activation_fn_kwargs"] is JsonObject arguments && arguments["k"] is JsonNode k)
        {
            (made["architecture"], made["k"]) = ("topk", k.DeepClone());
        }
        else if ((string?)flat["activation_fn"] is string activation and not ("relu" or "topk"))
        {
            throw new PalimpsestException($"An older configuration asks for the activation function {activation}, which is not supported; relu and topk are.");
        }

        made["metadata"] = metadata;
        string[] over = [.. flat.Select(pair => pair.Key).Where(key => !s_kept.Contains(key) && !s_metadata.Contains(key)
            && key is not ("metadata" or "activation_fn" or "activation_fn_kwargs" or "hook_point_layer" or "hook_layer"))];
        if (over.Length > 0)
        {
            notes.Add($"An older configuration: settings of its training were passed over ({string.Join(", ", over)}).");
        }

        return made;
    }
}
