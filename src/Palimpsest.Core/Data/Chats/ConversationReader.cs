using System.Text.Json;
using Palimpsest.Common;
using Palimpsest.Data.Files;

namespace Palimpsest.Data.Chats;

/// <summary>Reads chats from JSON: the messages, and the tools beside them.</summary>
internal static class ConversationReader
{
    /// <summary>Reads a chat.</summary>
    /// <param name="list">The messages.</param>
    /// <param name="column">Their column, for messages.</param>
    /// <param name="tools">What stands in the column of tools: a list, or a string that holds one as JSON; undefined or null if there is none.</param>
    /// <param name="toolsColumn">The column of tools.</param>
    /// <param name="chat">The chat, where it is one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it: two sentences without the last full stop.</param>
    public static bool TryRead(JsonElement list, string column, JsonElement tools, string toolsColumn, out Conversation? chat, out string problem)
    {
        (chat, problem) = (null, "");
        if (list.ValueKind != JsonValueKind.Array)
        {
            problem = $"\"{column}\" is no list of messages. Write [{{\"role\": \"user\", \"content\": \"...\"}}, {{\"role\": \"assistant\", \"content\": \"...\"}}]";
            return false;
        }

        List<ChatMessage> messages = [];
        foreach (JsonElement item in list.EnumerateArray())
        {
            ChatMessage message = default;
            if ((ShareGptMessage.IsOne(item) && !ShareGptMessage.TryRead(item, out message, out problem))
                || (!ShareGptMessage.IsOne(item) && !ChatMessageReader.TryRead(item, out message, out problem)))
            {
                problem = $"message {messages.Count + 1} of \"{column}\" {problem}";
                return false;
            }

            messages.Add(message);
        }

        if (!TryReadTools(tools, toolsColumn, out string? named, out problem))
        {
            return false;
        }

        chat = new Conversation(messages, named);
        return true;
    }

    /// <summary>Reads a list out of a text, as tables hold it.</summary>
    /// <param name="json">The text.</param>
    /// <param name="column">Its column, for messages.</param>
    /// <param name="list">What it holds.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it.</param>
    public static bool TryParse(string json, string column, out JsonElement list, out string problem)
    {
        (list, problem) = (default, "");
        try
        {
            StrictJson.CheckText(System.Text.Encoding.UTF8.GetBytes(json), depth: 64);
            using JsonDocument document = JsonDocument.Parse(json, JsonlLine.Options);
            list = document.RootElement.Clone();
            return true;
        }
        catch (JsonException error)
        {
            problem = $"\"{column}\" is not valid JSON ({JsonlLine.Reason(error)}). Mend it";
        }

        return false;
    }

    /// <summary>Reads the tools.</summary>
    /// <param name="tools">As in <see cref="TryRead"/>.</param>
    /// <param name="column">Their column.</param>
    /// <param name="json">The list as JSON; null if there is none.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it.</param>
    public static bool TryReadTools(JsonElement tools, string column, out string? json, out string problem)
    {
        (json, problem) = (null, "");
        if (tools.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return true;
        }

        // Tables and some sets hold the list as its JSON.
        if (tools.ValueKind == JsonValueKind.String && (tools.GetString() is "" or null || !TryParse(tools.GetString()!, column, out tools, out problem)))
        {
            return problem.Length == 0;
        }

        if (tools.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (tools.ValueKind != JsonValueKind.Array || !tools.EnumerateArray().All(tool => tool.ValueKind == JsonValueKind.Object))
        {
            problem = $"\"{column}\" is no list of tools. Write [{{\"type\": \"function\", \"function\": {{\"name\": \"...\", ...}}}}], or remove it";
            return false;
        }

        json = ChatJson.Compact(tools);
        return true;
    }
}
