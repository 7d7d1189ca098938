using System.Text.Json;
using System.Text.Json.Serialization;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Writes which questions were answered rightly as one text of ones and zeros: a number a line would make thousands of lines a policy.</summary>
internal sealed class RightAnswersJson : JsonConverter<IReadOnlyList<double>>
{
    public override IReadOnlyList<double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString()!.All(letter => letter is '0' or '1')
            ? [.. reader.GetString()!.Select(letter => (double)(letter - '0'))] : throw new JsonException("right answers are no text of ones and zeros");

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<double> value, JsonSerializerOptions options) =>
        writer.WriteStringValue(string.Concat(value.Select(right => right > 0 ? '1' : '0')));
}
