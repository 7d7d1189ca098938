using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Palimpsest.Runs.Claims;

/// <summary>Writes a <see cref="Threshold"/> as recipes do: <c>"&gt;= 5"</c>.</summary>
internal sealed class ThresholdJson : JsonConverter<Threshold>
{
    public override Threshold Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Threshold.TryParse(reader.GetString(), CultureInfo.InvariantCulture, out Threshold? threshold) ? threshold : throw new JsonException("A condition must be a sign and a number, like \">= 5\".");

    public override void Write(Utf8JsonWriter writer, Threshold value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
