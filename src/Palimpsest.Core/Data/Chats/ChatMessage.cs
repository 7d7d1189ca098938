using System.Text.Json;
using System.Text.Json.Serialization;

namespace Palimpsest.Data.Chats;

/// <summary>One message of a chat.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c> or what else the model knows.</param>
/// <param name="Content">What is said: the text, or the texts of a content in parts one behind the other; empty where the message says something else, such as
/// a call of a tool.</param>
public readonly record struct ChatMessage(string Role, string Content)
{
    /// <summary>The role whose messages are learnt.</summary>
    public const string Assistant = "assistant";

    private static readonly string[] s_calls = ["tool_calls", "function_call"];

    /// <summary>The whole message as a JSON object, as a chat template gets it, where it holds more than a role and a text: calls of tools, names, a content in
    /// parts; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Json { get; init; }

    /// <summary>Whether it says something: a text, or a call of a tool.</summary>
    internal bool Speaks => Content.Length > 0 || Holds(s_calls);

    /// <summary>Whether its content is a list of parts.</summary>
    internal bool HasParts
    {
        get
        {
            if (Json is null)
            {
                return false;
            }

            using JsonDocument document = JsonDocument.Parse(Json);
            return document.RootElement.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Array;
        }
    }

    /// <summary>Whether one of some keys holds something: not null, no empty list, text or object.</summary>
    internal bool Holds(params ReadOnlySpan<string> keys)
    {
        if (Json is null)
        {
            return false;
        }

        using JsonDocument document = JsonDocument.Parse(Json);
        foreach (string key in keys)
        {
            if (document.RootElement.TryGetProperty(key, out JsonElement value) && ChatMessageReader.HoldsSomething(value))
            {
                return true;
            }
        }

        return false;
    }
}
