using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Sources;

/// <summary>Reads and writes <c>config.json</c> in the styles of transformers 4 and 5.</summary>
public static class ModelConfigFile
{
    /// <summary>Architectures that can be loaded, as <c>architectures</c> names them.</summary>
    public static IReadOnlyList<string> KnownArchitectures { get; } = [.. Architectures.All.SelectMany(family => family.Names)];

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">The file <c>config.json</c>.</param>
    /// <exception cref="PalimpsestException">The file is missing or malformed, the architecture is unknown, or a feature is not supported.</exception>
    public static ModelConfig Read(string path)
    {
        ConfigReader json = ConfigReader.Open(path);
        return Architectures.Of(json).Read(json);
    }

    /// <summary>Writes a configuration as transformers 5 does.</summary>
    /// <param name="path">The file <c>config.json</c>.</param>
    /// <param name="config">The shape.</param>
    /// <param name="type">Element type of the weights: <c>float32</c> or <c>bfloat16</c>.</param>
    /// <exception cref="PalimpsestException">The file cannot be written, or the form has no words for something in the configuration.</exception>
    public static void Write(string path, ModelConfig config, string type = "float32")
    {
        ArgumentNullException.ThrowIfNull(config);
        JsonObject json = new()
        {
            ["architectures"] = new JsonArray(config.Architecture.NameOf(config)),
            ["bos_token_id"] = config.BeginToken,
            ["dtype"] = type,
            ["eos_token_id"] = config.EndTokens.Count == 1 ? config.EndTokens[0] : config.EndTokens.Count == 0 ? null : new JsonArray([.. config.EndTokens.Select(id => JsonValue.Create(id))]),
            ["initializer_range"] = config.InitializerRange,
            ["model_type"] = config.Architecture.ModelType,

            // transformers refuses batches of a classifier without a padding token; the end of a text is the one that a language model can do without.
            ["pad_token_id"] = config.PadToken ?? (config.Labels.Count > 0 ? config.EndTokens.Count > 0 ? config.EndTokens[0] : 0 : null),
            ["tie_word_embeddings"] = config.TiedEmbeddings,
            ["vocab_size"] = config.VocabularySize,
        };
        config.Architecture.Write(config, json);
        ClassLabels.Write(config.Labels, json);
        JsonObject sorted = new(json.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        AtomicFile.WriteText(path, sorted.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }
}
