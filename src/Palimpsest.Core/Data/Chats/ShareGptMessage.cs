using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Palimpsest.Data.Chats;

/// <summary>Messages in the form of ShareGPT, <c>{"from": "human", "value": "..."}</c>, as those of a chat.</summary>
/// <remarks>The speakers are those that published sets use; LLaMA-Factory's <c>sharegpt</c> form reads them alike, calls of tools included.</remarks>
internal static class ShareGptMessage
{
    private const string Call = "function_call";
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, string> s_roles = new(StringComparer.Ordinal)
    {
        ["system"] = "system",
        ["human"] = "user",
        ["user"] = "user",
        ["gpt"] = ChatMessage.Assistant,
        ["chatgpt"] = ChatMessage.Assistant,
        ["bing"] = ChatMessage.Assistant,
        ["bard"] = ChatMessage.Assistant,
        ["model"] = ChatMessage.Assistant,
        ["assistant"] = ChatMessage.Assistant,
        [Call] = ChatMessage.Assistant,
        ["tool"] = "tool",
        ["observation"] = "tool",
        ["function_response"] = "tool",
    };

    /// <summary>Whether an element is one.</summary>
    public static bool IsOne(JsonElement element) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty("from", out _)
        && !element.TryGetProperty("role", out _);

    /// <summary>Reads one.</summary>
    /// <param name="element">An object for which <see cref="IsOne"/> holds.</param>
    /// <param name="message">The message, where it is one.</param>
    /// <param name="problem">As for <see cref="ChatMessageReader.TryRead"/>.</param>
    public static bool TryRead(JsonElement element, out ChatMessage message, out string problem)
    {
        message = default;
        JsonElement from = element.GetProperty("from");
        if (from.ValueKind != JsonValueKind.String || !s_roles.TryGetValue(from.GetString()!, out string? role))
        {
            problem = $"is from {from.GetRawText()}, which is nobody that is known; known: {string.Join(", ", s_roles.Keys)}. Rename the speaker";
            return false;
        }

        // Everything else that the message holds goes with it.
        JsonObject said = new() { ["role"] = role };
        foreach (JsonProperty property in element.EnumerateObject().Where(property => property.Name != "from"))
        {
            said[property.Name == "value" ? "content" : property.Name] = JsonNode.Parse(property.Value.GetRawText());
        }

        if (from.GetString() == Call)
        {
            if (Calls(element) is not JsonArray calls)
            {
                problem = $"is a {Call} whose \"value\" is no JSON with \"name\" and \"arguments\". Mend it";
                return false;
            }

            said["content"] = "";
            said["tool_calls"] = calls;
        }

        using JsonDocument document = JsonDocument.Parse(said.ToJsonString(s_relaxed));
        return ChatMessageReader.TryRead(document.RootElement, out message, out problem);
    }

    private static JsonArray? Calls(JsonElement element)
    {
        try
        {
            JsonNode? value = element.TryGetProperty("value", out JsonElement said) && said.ValueKind == JsonValueKind.String
                ? JsonNode.Parse(said.GetString()!) : null;
            JsonNode?[] calls = value is JsonArray list ? [.. list] : [value];
            return calls.Length > 0 && calls.All(call => call is JsonObject named && named.ContainsKey("name") && named.ContainsKey("arguments"))
                ? new JsonArray([.. calls.Select(call => new JsonObject { ["type"] = "function", ["function"] = call!.DeepClone() })])
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
