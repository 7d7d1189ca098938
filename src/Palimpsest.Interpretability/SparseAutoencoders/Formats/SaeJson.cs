using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders.Formats;

/// <summary>What the readers of folders share.</summary>
internal static class SaeJson
{
    private static readonly (string Name, ScalarType Type)[] s_types =
        [("float32", ScalarType.Float32), ("float64", ScalarType.Float64), ("bfloat16", ScalarType.BFloat16), ("float16", ScalarType.Float16)];

    /// <summary>The object in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hint">What should be there.</param>
    public static JsonObject ReadObject(string path, string hint)
    {
        try
        {
            return StrictJson.ReadFile(path) as JsonObject ?? throw new PalimpsestException($"{path}: is not a JSON object. {hint}");
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{path}: is not valid JSON ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message}) {hint}", error);
        }
    }

    /// <summary>The name of an element type, without torch's prefix.</summary>
    /// <exception cref="PalimpsestException">It is unknown.</exception>
    public static string TypeName(string text, string path)
    {
        string name = text.StartsWith("torch.", StringComparison.Ordinal) ? text["torch.".Length..] : text;
        return s_types.Any(type => type.Name == name) ? name
            : throw new PalimpsestException($"{path}: dtype is \"{text}\", which is not known. Known are "
                + $"{string.Join(", ", s_types.Select(type => type.Name))}.");
    }

    /// <summary>The element type of a name.</summary>
    public static ScalarType TypeOf(string name) => s_types.First(type => type.Name == name).Type;
}
