namespace Palimpsest.Data.Chats;

/// <summary>Chats for models without a template of their own: a line <c>User: ...</c> or <c>Assistant: ...</c> a message.</summary>
public sealed class PlainChatRenderer : IChatRenderer
{
    /// <summary>The only instance that is needed.</summary>
    public static PlainChatRenderer Instance { get; } = new();

    /// <inheritdoc/>
    public bool SpellsBeginAndEnd => false;

    /// <inheritdoc/>
    public IReadOnlyList<ChatSegment> Render(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<ChatSegment> segments = new(2 * messages.Count);
        for (int i = 0; i < messages.Count; i++)
        {
            (string role, string content) = messages[i];
            segments.Add(new ChatSegment($"{Title(role)}:", Learnt: false));
            segments.Add(new ChatSegment($" {content}{(i + 1 < messages.Count ? "\n" : "")}", Learnt: role == ChatMessage.Assistant));
        }

        return segments;
    }

    private static string Title(string role) => role.Length == 0 ? role : char.ToUpperInvariant(role[0]) + role[1..];
}
