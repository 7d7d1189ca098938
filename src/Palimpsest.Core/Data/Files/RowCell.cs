using System.Text.Json;

namespace Palimpsest.Data.Files;

/// <summary>A value of a row: a text, or a value of JSON. Null is no value.</summary>
/// <param name="Text">The text; null for another value.</param>
/// <param name="Json">The value of JSON; undefined for a cell of a table of texts.</param>
internal readonly record struct RowCell(string? Text, JsonElement Json)
{
    /// <summary>Whether there is a value.</summary>
    public bool IsThere => Text is not null || Json.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>Whether it says anything: it is no empty text, list or object either.</summary>
    public bool HoldsSomething => Text is not null ? Text.Length > 0 : Chats.ChatMessageReader.HoldsSomething(Json);

    /// <summary>A value of JSON.</summary>
    public static RowCell Of(JsonElement json) => new(json.ValueKind == JsonValueKind.String ? json.GetString() : null, json);

    /// <summary>Reads a text.</summary>
    /// <param name="name">Its column.</param>
    /// <param name="value">The text, or null where there is no value.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it.</param>
    /// <param name="orNumber">Whether a whole number may stand for its digits, as in the labels of many sets.</param>
    public bool TryText(string name, out string? value, out string problem, bool orNumber = false)
    {
        (value, problem) = (Text, "");
        if (!IsThere || Text is not null)
        {
            return true;
        }

        if (orNumber && Json.ValueKind == JsonValueKind.Number && !Json.GetRawText().AsSpan().ContainsAny('.', 'e', 'E'))
        {
            value = Json.GetRawText();
            return true;
        }

        problem = $"\"{name}\" is {Describe(Json.ValueKind)}, not a string. Put it in quotes";
        return false;
    }

    /// <summary>Reads a list that may be written as a text.</summary>
    /// <param name="name">Its column.</param>
    /// <param name="list">The list, or whatever else there is.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it.</param>
    public bool TryList(string name, out JsonElement list, out string problem)
    {
        (list, problem) = (Json, "");
        bool written = Text is not null && (Json.ValueKind == JsonValueKind.Undefined || Text.AsSpan().TrimStart().StartsWith("["));
        return !written || Chats.ConversationReader.TryParse(Text!, name, out list, out problem);
    }

    /// <summary>The value as JSON, a text of a table too.</summary>
    public JsonElement AsJson() => Json.ValueKind == JsonValueKind.Undefined && Text is not null ? JsonSerializer.SerializeToElement(Text) : Json;

    /// <summary>What a value is, in words.</summary>
    public static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
