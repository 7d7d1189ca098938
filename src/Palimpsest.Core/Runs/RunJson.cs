using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Runs;

/// <summary>How the files of a run folder are written: snake case, indented, names of values in kebab case, numbers that are not finite as <c>"NaN"</c> and <c>"Infinity"</c>.</summary>
internal static class RunJson
{
    // The relaxed encoder leaves + and letters beyond ASCII readable; these files are never pasted into HTML as they are.
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false), new ThresholdJson() },
    };
}
