using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;
using Palimpsest.Text;
using Palimpsest.Text.Templates;

namespace Palimpsest.Models;

/// <summary>The form of a model's chats: its own template, or the plain form where it has none. The template is read when the first chat comes, so that one that is not understood harms nobody else.</summary>
internal sealed class ModelChatRenderer(Tokenizer tokenizer) : IChatRenderer
{
    private readonly Lazy<TemplateChatRenderer?> _own = new(() => ChatTemplate.Of(tokenizer) is ChatTemplate template ? new TemplateChatRenderer(template) : null);

    public bool SpellsBeginAndEnd => _own.Value is not null;

    public bool MarksLearntCharacters => Form.MarksLearntCharacters;

    private IChatRenderer Form => _own.Value ?? (IChatRenderer)PlainChatRenderer.Instance;

    public IReadOnlyList<ChatSegment> Render(Conversation chat) => Form.Render(chat);

    /// <summary>The tokens that an answer is asked with: of a chat everything before the assistant's last message with a text, in the form it is trained in.</summary>
    public int[] EncodePrompt(string prompt, Conversation? chat)
    {
        if (chat is null || Own(chat) is not TemplateChatRenderer own || chat.LastAnswer < 1)
        {
            return tokenizer.Encode(prompt, specialTokensAsText: true);
        }

        return own.EncodePrompt(chat.First(chat.LastAnswer), tokenizer);
    }

    /// <summary>The tokens of a prompt with a completion that is to be scored.</summary>
    public TokenSequence EncodeOpen(ExampleEncoder encoder, string prompt, Conversation? chat, string completion)
    {
        if (chat is null || Own(chat) is null)
        {
            return encoder.EncodeOpen(prompt, completion);
        }

        int[] head = EncodePrompt(prompt, chat);
        return new TokenSequence([.. head, .. tokenizer.Encode(completion.TrimStart(' '), addSpecialTokens: false, specialTokensAsText: true)], head.Length);
    }

    private TemplateChatRenderer? Own(Conversation chat)
    {
        if (_own.Value is null)
        {
            PlainChatRenderer.Check(chat);
        }

        return _own.Value;
    }
}
