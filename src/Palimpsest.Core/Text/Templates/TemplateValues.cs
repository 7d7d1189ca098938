using System.Numerics;
using System.Text.Json;

namespace Palimpsest.Text.Templates;

/// <summary>Turns JSON into the values of templates.</summary>
internal static class TemplateValues
{
    public static object? Read(JsonElement value)
    {
        try
        {
            return ReadAny(value);
        }
        catch (InvalidOperationException error)
        {
            throw new PalimpsestException("The values for the chat template hold text that is not valid Unicode: half of a surrogate pair. Mend it, or replace it by U+FFFD.", error);
        }
    }

    private static object? ReadAny(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return value.GetString();
            case JsonValueKind.True or JsonValueKind.False:
                return value.GetBoolean();
            case JsonValueKind.Number:
                string text = value.GetRawText();
                return text.AsSpan().ContainsAny('.', 'e', 'E') || text.Length > 300 ? value.GetDouble() : BigInteger.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
            case JsonValueKind.Array:
                return TemplateSequence.List([.. value.EnumerateArray().Select(ReadAny)]);
            case JsonValueKind.Object:
                TemplateDictionary result = new();
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    result.Set(property.Name, ReadAny(property.Value));
                }

                return result;
            default:
                return null;
        }
    }
}
