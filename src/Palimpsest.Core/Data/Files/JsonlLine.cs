using System.Text.Json;
using System.Text.Unicode;
using Palimpsest.Data.Chats;

namespace Palimpsest.Data.Files;

/// <summary>One line of JSON as an example.</summary>
internal static class JsonlLine
{
    /// <summary>A key that stands twice is refused: one of the two values would be lost.</summary>
    public static JsonDocumentOptions Options { get; } = new() { AllowDuplicateProperties = false };

    /// <summary>Parses a line.</summary>
    /// <param name="line">Its bytes without the line end.</param>
    /// <param name="form">Which keys are looked for.</param>
    /// <param name="example">The example, where it is one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it: two sentences without the last full stop.</param>
    public static bool TryParse(ReadOnlyMemory<byte> line, ExampleForm form, out TextExample example, out string problem)
    {
        example = default;
        if (line.Length > LineReader.LongestLine)
        {
            problem = "the line is longer than 16 MiB. Split it";
            return false;
        }

        if (!Utf8.IsValid(line.Span))
        {
            problem = "not valid UTF-8. Save the file as UTF-8";
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(line, Options);
            return TryRead(document.RootElement, form, out example, out problem);
        }
        catch (JsonException error)
        {
            problem = $"not valid JSON ({Reason(error)}). Mend it";
            return false;
        }
        catch (InvalidOperationException)
        {
            // The only way to get here: an escape such as \ud800 without its other half.
            problem = "a string holds half of a surrogate pair. Mend the \\u escape";
            return false;
        }
    }

    private static bool TryRead(JsonElement root, ExampleForm form, out TextExample example, out string problem)
    {
        example = default;
        if (root.ValueKind != JsonValueKind.Object)
        {
            problem = $"{Describe(root.ValueKind)} instead of an object. Write {{\"text\": \"...\"}} or {{\"prompt\": \"...\", \"completion\": \"...\"}}";
            return false;
        }

        ExampleColumns keys = form.Columns;
        if (keys.Required.FirstOrDefault(key => !root.TryGetProperty(key, out _)) is string missing)
        {
            problem = ExampleForm.Missing(missing, [.. root.EnumerateObject().Select(property => property.Name)]);
            return false;
        }

        Conversation? messages = null;
        if (!TryString(root, keys.TextName, out string? text, out problem) || !TryString(root, keys.PromptName, out string? prompt, out problem)
            || !TryString(root, keys.CompletionName, out string? completion, out problem) || !TryString(root, keys.OwnerName, out string? owner, out problem, orNull: true)
            || (keys.MessagesName is string name && root.TryGetProperty(name, out JsonElement list) && !Conversation.TryRead(list, name, out messages, out problem)))
        {
            return false;
        }

        return form.TryMake(new ExampleValues(text, prompt, completion, messages, owner), out example, out problem);
    }

    private static bool TryString(JsonElement root, string? key, out string? value, out string problem, bool orNull = false)
    {
        value = null;
        problem = "";
        if (key is null || !root.TryGetProperty(key, out JsonElement element) || (orNull && element.ValueKind == JsonValueKind.Null))
        {
            return true;
        }

        if (element.ValueKind != JsonValueKind.String)
        {
            problem = $"\"{key}\" is {Describe(element.ValueKind)}, not a string. Put it in quotes";
            return false;
        }

        value = element.GetString();
        return true;
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    // The position inside the line is worth keeping; "LineNumber: 0" would contradict the number in front of the message.
    internal static string Reason(JsonException error)
    {
        int end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string reason = (end < 0 ? error.Message : error.Message[..end]).TrimEnd('.');
        return error.BytePositionInLine is { } position ? $"{reason}, at byte {position + 1}" : reason;
    }
}
