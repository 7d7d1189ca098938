using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Palimpsest.Data.Chats;

/// <summary>A chat as the JSON that templates and files hold.</summary>
internal static class ChatJson
{
    private static readonly JsonWriterOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The messages as a list.</summary>
    public static JsonElement List(IEnumerable<ChatMessage> messages)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, s_relaxed))
        {
            Write(json, messages);
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>A value as JSON on one line, whatever the spaces it was read with.</summary>
    public static string Compact(JsonElement value)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, s_relaxed))
        {
            value.WriteTo(json);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Writes the messages as a list.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<ChatMessage> messages)
    {
        json.WriteStartArray();
        foreach (ChatMessage message in messages)
        {
            if (message.Json is not null)
            {
                using JsonDocument whole = JsonDocument.Parse(message.Json);
                whole.RootElement.WriteTo(json);
                continue;
            }

            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The texts that people wrote in a message: its content, or those of its parts. None where there is neither, or an empty content beside something
    /// else: templates ask whether there is one.</summary>
    public static string[] Texts(ChatMessage message)
    {
        if (message.Json is null)
        {
            return [message.Content];
        }

        using JsonDocument whole = JsonDocument.Parse(message.Json);
        return !whole.RootElement.TryGetProperty("content", out JsonElement content) ? [] : content.ValueKind switch
        {
            JsonValueKind.String when message.Content.Length > 0 => [message.Content],
            JsonValueKind.Array => [.. content.EnumerateArray().Select(part => part.GetProperty("text").GetString()!)],
            _ => [],
        };
    }

    /// <summary>The message with the texts of its parts as one text.</summary>
    public static ChatMessage Joined(ChatMessage message)
    {
        JsonObject whole = JsonNode.Parse(message.Json!)!.AsObject();
        whole["content"] = message.Content;
        return message with { Json = whole.ToJsonString() };
    }

    /// <summary>The message with other texts in the places of <see cref="Texts"/>.</summary>
    public static ChatMessage WithTexts(ChatMessage message, IReadOnlyList<string> texts)
    {
        if (message.Json is null)
        {
            return message with { Content = texts[0] };
        }

        JsonObject whole = JsonNode.Parse(message.Json)!.AsObject();
        if (whole["content"] is JsonArray parts)
        {
            for (int i = 0; i < parts.Count; i++)
            {
                parts[i]!["text"] = texts[i];
            }
        }
        else if (texts.Count > 0)
        {
            whole["content"] = texts[0];
        }

        return message with { Content = string.Concat(texts), Json = whole.ToJsonString() };
    }
}
