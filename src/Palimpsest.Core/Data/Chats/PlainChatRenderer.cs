namespace Palimpsest.Data.Chats;

/// <summary>Chats for models without a template of their own: a line <c>User: ...</c> or <c>Assistant: ...</c> a message.</summary>
public sealed class PlainChatRenderer : IChatRenderer
{
    // Other keys of a message, such as a name or the id of a call, tell messages apart and say nothing themselves.
    private static readonly string[] s_speech = ["tool_calls", "function_call", "reasoning_content", "reasoning", "thinking"];

    /// <summary>The only instance that is needed.</summary>
    public static PlainChatRenderer Instance { get; } = new();

    /// <inheritdoc/>
    public bool SpellsBeginAndEnd => false;

    /// <inheritdoc/>
    public IReadOnlyList<ChatSegment> Render(Conversation chat)
    {
        Check(chat);
        return Lines(chat);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ChatSegment> RenderPrompt(Conversation chat)
    {
        Check(chat);
        return Lines([.. chat, new ChatMessage(ChatMessage.Assistant, "")])[..^1];
    }

    /// <summary>Refuses a chat that says more than the lines can.</summary>
    /// <param name="chat">The chat.</param>
    /// <exception cref="PalimpsestException">It calls tools, reasons, or has tools.</exception>
    public static void Check(Conversation chat)
    {
        ArgumentNullException.ThrowIfNull(chat);
        for (int i = 0; i < chat.Count; i++)
        {
            ChatMessage message = chat[i];
            if (message.Json is not null && Array.Find(s_speech, key => message.Holds(key)) is string key)
            {
                throw new PalimpsestException($"Message {i + 1} of a chat holds \"{key}\", and the model has no chat template that could say it. Take a model with one, or remove the key.");
            }
        }

        if (chat.HasTools)
        {
            throw new PalimpsestException("A chat has \"tools\" beside it, and the model has no chat template that could name them. Take a model with one, or remove the column.");
        }
    }

    /// <summary>The lines of the messages' texts, whatever else the messages hold.</summary>
    internal static List<ChatSegment> Lines(IReadOnlyList<ChatMessage> messages)
    {
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
