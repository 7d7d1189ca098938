using Microsoft.Extensions.AI;

namespace Palimpsest.Clients;

/// <summary>Messages of Microsoft.Extensions.AI as the messages of a template.</summary>
internal static class ChatTexts
{
    /// <summary>Takes messages over.</summary>
    /// <param name="messages">Messages of texts.</param>
    /// <param name="instructions">What the model is told before them; null for nothing.</param>
    /// <exception cref="PalimpsestException">One holds something else.</exception>
    public static IEnumerable<Data.Chats.ChatMessage> Of(IEnumerable<ChatMessage> messages, string? instructions) =>
        instructions is null ? messages.Select(Of) : messages.Select(Of).Prepend(new Data.Chats.ChatMessage("system", instructions));

    private static Data.Chats.ChatMessage Of(ChatMessage message)
    {
        AIContent? other = message.Contents.FirstOrDefault(content => content is not TextContent);
        return other is null && message.Role != ChatRole.Tool
            ? new Data.Chats.ChatMessage(message.Role.Value, message.Text)
            : throw new PalimpsestException($"A message of the role \"{message.Role.Value}\" holds {other?.GetType().Name ?? "the result of a tool"}, and a "
                + "local model reads text alone. Put it into words, or leave it out.");
    }
}
