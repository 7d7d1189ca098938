using System.Text.Json;
using System.Text.Unicode;

namespace Palimpsest.Data;

/// <summary>One line of JSON as an example.</summary>
internal static class JsonlLine
{
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    /// <summary>Parses a line.</summary>
    /// <param name="line">Its bytes without the line end.</param>
    /// <param name="example">The example, where it is one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it: two sentences without the last full stop.</param>
    public static bool TryParse(ReadOnlyMemory<byte> line, out TextExample example, out string problem)
    {
        example = default;
        if (line.Length > JsonlReader.LongestLine)
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
            using JsonDocument document = JsonDocument.Parse(line, s_options);
            return TryRead(document.RootElement, out example, out problem);
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

    private static bool TryRead(JsonElement root, out TextExample example, out string problem)
    {
        example = default;
        if (root.ValueKind != JsonValueKind.Object)
        {
            problem = $"{Describe(root.ValueKind)} instead of an object. Write {{\"text\": \"...\"}} or {{\"prompt\": \"...\", \"completion\": \"...\"}}";
            return false;
        }

        if (!TryString(root, "text", out string? text, out problem) || !TryString(root, "prompt", out string? prompt, out problem)
            || !TryString(root, "completion", out string? completion, out problem) || !TryString(root, "owner", out string? owner, out problem))
        {
            return false;
        }

        problem = (text, prompt, completion) switch
        {
            (null, null, null) => "neither \"text\" nor \"prompt\". Add one",
            (not null, null, null) => text.Length == 0 ? "\"text\" is empty. Fill it" : "",
            (not null, _, _) => "\"text\" beside \"prompt\" or \"completion\". Keep one of the two forms",
            (null, not null, null) => "no \"completion\" beside \"prompt\". Add one",
            (null, null, not null) => "no \"prompt\" beside \"completion\". Add one",
            _ => completion.Length == 0 ? "\"completion\" is empty. Fill it" : "",
        };
        example = new(prompt ?? "", text ?? completion ?? "", owner);
        return problem.Length == 0;
    }

    private static bool TryString(JsonElement root, string key, out string? value, out string problem)
    {
        value = null;
        problem = "";
        if (!root.TryGetProperty(key, out JsonElement element) || (key == "owner" && element.ValueKind == JsonValueKind.Null))
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
    private static string Reason(JsonException error)
    {
        int end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string reason = (end < 0 ? error.Message : error.Message[..end]).TrimEnd('.');
        return error.BytePositionInLine is { } position ? $"{reason}, at byte {position + 1}" : reason;
    }
}
