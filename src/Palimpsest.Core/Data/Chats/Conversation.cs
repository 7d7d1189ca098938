using System.Collections;
using System.Text.Json;
using Palimpsest.Data.Files;

namespace Palimpsest.Data.Chats;

/// <summary>The messages of a chat. Two with equal messages are equal.</summary>
/// <param name="messages">The messages in order; copied.</param>
public sealed class Conversation(IEnumerable<ChatMessage> messages) : IReadOnlyList<ChatMessage>, IEquatable<Conversation>
{
    private readonly ChatMessage[] _messages = [.. messages];

    /// <inheritdoc/>
    public int Count => _messages.Length;

    /// <inheritdoc/>
    public ChatMessage this[int index] => _messages[index];

    /// <summary>Why nothing can be learnt from it, or an empty text.</summary>
    internal string Problem => _messages.Length == 0 ? "the chat has no messages. Add some"
        : _messages.All(message => message.Role != ChatMessage.Assistant || message.Content.Length == 0) ? "the assistant says nothing in the chat. Add a message with the role \"assistant\""
        : "";

    /// <summary>The chat as an example, whose prompt and completion are the plain form up to the assistant's last message.</summary>
    /// <param name="owner">Slug of the owner, or null.</param>
    /// <exception cref="PalimpsestException">The assistant says nothing in it.</exception>
    public TextExample ToExample(string? owner = null)
    {
        if (Problem.Length > 0)
        {
            throw new PalimpsestException($"There is no example in a chat: {Problem}.");
        }

        int last = Array.FindLastIndex(_messages, message => message.Role == ChatMessage.Assistant && message.Content.Length > 0);
        IReadOnlyList<ChatSegment> segments = PlainChatRenderer.Instance.Render(_messages[..(last + 1)]);
        return new TextExample(string.Concat(segments.SkipLast(1).Select(segment => segment.Text)), segments[^1].Text, owner, this);
    }

    /// <inheritdoc/>
    public IEnumerator<ChatMessage> GetEnumerator() => ((IEnumerable<ChatMessage>)_messages).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Conversation? other) => other is not null && _messages.AsSpan().SequenceEqual(other._messages);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Conversation);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (ChatMessage message in _messages)
        {
            hash.Add(message);
        }

        return hash.ToHashCode();
    }

    /// <summary>Reads the messages from a table's cell.</summary>
    internal static bool TryParse(string json, string column, out Conversation? chat, out string problem)
    {
        chat = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, JsonlLine.Options);
            return TryRead(document.RootElement, column, out chat, out problem);
        }
        catch (JsonException error)
        {
            problem = $"\"{column}\" is not valid JSON ({JsonlLine.Reason(error)}). Mend it";
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            problem = $"\"{column}\" holds half of a surrogate pair. Mend it";
        }

        return false;
    }

    /// <summary>Reads the messages from an array of JSON.</summary>
    internal static bool TryRead(JsonElement element, string column, out Conversation? chat, out string problem)
    {
        chat = null;
        problem = $"\"{column}\" is no list of messages. Write [{{\"role\": \"user\", \"content\": \"...\"}}, {{\"role\": \"assistant\", \"content\": \"...\"}}]";
        if (element.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        List<ChatMessage> messages = [];
        foreach (JsonElement message in element.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object || Text(message, "role") is not { Length: > 0 } role || Text(message, "content") is not string content)
            {
                problem = $"message {messages.Count + 1} of \"{column}\" has no \"role\" and \"content\" that are strings. Add them";
                return false;
            }

            messages.Add(new ChatMessage(role, content));
        }

        chat = new Conversation(messages);
        problem = "";
        return true;

        static string? Text(JsonElement message, string key) => message.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
