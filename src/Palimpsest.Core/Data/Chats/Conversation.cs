using System.Collections;
using System.Runtime.CompilerServices;

namespace Palimpsest.Data.Chats;

/// <summary>The messages of a chat, and the tools that may be called in it. Two with equal messages and tools are equal.</summary>
/// <param name="messages">The messages in order; copied.</param>
/// <param name="tools">Descriptions of the tools as a JSON list, or null.</param>
[CollectionBuilder(typeof(Conversation), nameof(Create))]
public sealed class Conversation(IEnumerable<ChatMessage> messages, string? tools = null) : IReadOnlyList<ChatMessage>, IEquatable<Conversation>
{
    private readonly ChatMessage[] _messages = [.. messages];

    /// <inheritdoc/>
    public int Count => _messages.Length;

    /// <summary>Descriptions of the tools that may be called, a JSON list as chat templates get it; null if there are none.</summary>
    public string? Tools { get; } = tools;

    /// <inheritdoc/>
    public ChatMessage this[int index] => _messages[index];

    /// <summary>Whether it is one question with its answer that came as such (in Alpaca's form): for a model without a template it is question and answer, not
    /// lines of a chat.</summary>
    internal bool IsQuestion { get; init; }

    /// <summary>Why nothing can be learnt from it, or an empty text.</summary>
    internal string Problem => _messages.Length == 0 ? "the chat has no messages. Add some"
        : _messages.All(message => message.Role != ChatMessage.Assistant || !message.Speaks)
            ? "the assistant says nothing in the chat. Add a message with the role \"assistant\""
        : "";

    /// <summary>Whether there are tools; an empty list, which a template can see, names none.</summary>
    internal bool HasTools => Tools is not null && Tools.AsSpan().Trim("[] \t\r\n").Length > 0;

    /// <summary>The index of the assistant's last message with a text, which is asked for; -1 where it has none.</summary>
    public int LastAnswer => Array.FindLastIndex(_messages, message => message.Role == ChatMessage.Assistant && message.Content.Length > 0);

    /// <summary>A chat without tools.</summary>
    /// <param name="messages">The messages in order.</param>
    public static Conversation Create(ReadOnlySpan<ChatMessage> messages) => new(messages.ToArray());

    /// <summary>The first messages, with the same tools.</summary>
    /// <param name="count">How many.</param>
    public Conversation First(int count) => new(_messages[..count], Tools);

    /// <summary>
    /// The chat as an example, whose prompt and completion are the plain form up to the assistant's last message with a text; where it only calls tools, the
    /// prompt is empty.
    /// A question that came alone is the prompt itself, and its answer, behind a space, the completion.
    /// </summary>
    /// <param name="owner">Slug of the owner, or null.</param>
    /// <exception cref="PalimpsestException">The assistant says nothing in it.</exception>
    public TextExample ToExample(string? owner = null)
    {
        if (Problem.Length > 0)
        {
            throw new PalimpsestException($"There is no example in a chat: {Problem}.");
        }

        if (IsQuestion)
        {
            return new TextExample(_messages[0].Content, " " + _messages[1].Content, owner, this);
        }

        int last = LastAnswer;
        List<ChatSegment> segments = PlainChatRenderer.Lines(last < 0 ? _messages : _messages[..(last + 1)]);
        int prompt = last < 0 ? 0 : segments.Count - 1;
        return new TextExample(string.Concat(segments.Take(prompt).Select(segment => segment.Text)),
            string.Concat(segments.Skip(prompt).Select(segment => segment.Text)), owner, this);
    }

    /// <inheritdoc/>
    public IEnumerator<ChatMessage> GetEnumerator() => ((IEnumerable<ChatMessage>)_messages).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Conversation? other) => other is not null && Tools == other.Tools && _messages.AsSpan().SequenceEqual(other._messages);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Conversation);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Tools);
        foreach (ChatMessage message in _messages)
        {
            hash.Add(message);
        }

        return hash.ToHashCode();
    }
}
