using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;
using Palimpsest.Text;
using Palimpsest.Text.Templates;
using ChatMessage = Palimpsest.Data.Chats.ChatMessage;

namespace Palimpsest.Models;

/// <summary>The form of a model's chats: its own template, or the plain form where it has none. The template is read when the first chat comes, so that one that is not understood harms nobody else.</summary>
internal sealed class ModelChatRenderer(Tokenizer tokenizer) : IChatRenderer
{
    private readonly Lazy<TemplateChatRenderer?> _own = new(() => ChatTemplate.Of(tokenizer) is ChatTemplate template ? new TemplateChatRenderer(template) : null);

    public bool SpellsBeginAndEnd => _own.Value is not null;

    public IReadOnlyList<ChatSegment> Render(IReadOnlyList<ChatMessage> messages) => (_own.Value ?? (IChatRenderer)PlainChatRenderer.Instance).Render(messages);

    /// <summary>The tokens that an answer is asked with: of a chat everything before the assistant's last message, in the form it is trained in.</summary>
    public int[] EncodePrompt(string prompt, Conversation? chat)
    {
        if (chat is null || _own.Value is not TemplateChatRenderer own)
        {
            return tokenizer.Encode(prompt, specialTokensAsText: true);
        }

        int last = chat.ToList().FindLastIndex(message => message.Role == ChatMessage.Assistant && message.Content.Length > 0);
        return last > 0 ? own.EncodePrompt([.. chat.Take(last)], tokenizer) : tokenizer.Encode(prompt, specialTokensAsText: true);
    }

    /// <summary>The tokens of a prompt with a completion that is to be scored.</summary>
    public TokenSequence EncodeOpen(ExampleEncoder encoder, string prompt, Conversation? chat, string completion)
    {
        if (chat is null || _own.Value is null)
        {
            return encoder.EncodeOpen(prompt, completion);
        }

        int[] head = EncodePrompt(prompt, chat);
        return new TokenSequence([.. head, .. tokenizer.Encode(completion.TrimStart(' '), addSpecialTokens: false, specialTokensAsText: true)], head.Length);
    }
}
