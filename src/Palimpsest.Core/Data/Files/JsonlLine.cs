using System.Text.Json;
using System.Text.Unicode;

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
        catch (JsonException) when (PythonNumbers.TryReplace(line.Span, out byte[] mended, out IReadOnlyCollection<string> keys))
        {
            return TryParseMended(mended, keys, form, out example, out problem);
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

    /// <summary>Parses a line in which Python's NaN and its kin have been taken out: they do no harm in keys that are not read.</summary>
    private static bool TryParseMended(ReadOnlyMemory<byte> line, IReadOnlyCollection<string> keys, ExampleForm form, out TextExample example,
        out string problem)
    {
        if (!TryParse(line, form, out example, out problem))
        {
            return false;
        }

        if (keys.FirstOrDefault(form.Uses) is string used)
        {
            example = default;
            problem = $"\"{used}\" holds NaN or Infinity, which JSON does not have. Write null or a number";
            return false;
        }

        return true;
    }

    private static bool TryRead(JsonElement root, ExampleForm form, out TextExample example, out string problem)
    {
        example = default;
        if (root.ValueKind != JsonValueKind.Object)
        {
            problem = $"{RowCell.Describe(root.ValueKind)} instead of an object. Write {{\"text\": \"...\"}} or {{\"prompt\": \"...\", \"completion\": \"...\"}}";
            return false;
        }

        if (form.Required.FirstOrDefault(key => !root.TryGetProperty(key, out _)) is string missing)
        {
            problem = ExampleForm.Missing(missing, [.. root.EnumerateObject().Select(property => property.Name)]);
            return false;
        }

        // Null is how tools write that a row lacks a key that others have.
        return form.TryMake(key => root.TryGetProperty(key, out JsonElement value) ? RowCell.Of(value) : default, out example, out problem);
    }

    // The position inside the line is worth keeping; "LineNumber: 0" would contradict the number in front of the message.
    internal static string Reason(JsonException error)
    {
        int end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string reason = (end < 0 ? error.Message : error.Message[..end]).TrimEnd('.');
        return error.BytePositionInLine is { } position ? $"{reason}, at byte {position + 1}" : reason;
    }
}
