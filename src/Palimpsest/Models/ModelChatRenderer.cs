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

    public IReadOnlyList<ChatSegment> RenderPrompt(Conversation chat) => Form.RenderPrompt(chat);
}
