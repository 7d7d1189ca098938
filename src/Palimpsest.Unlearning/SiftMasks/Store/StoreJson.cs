using System.Text.Json;
using System.Text.Json.Serialization;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>How records of a store are written.</summary>
internal static class StoreJson
{
    public static JsonSerializerOptions Options { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    public static JsonSerializerOptions Indented { get; } = new(Options) { WriteIndented = true };
}
