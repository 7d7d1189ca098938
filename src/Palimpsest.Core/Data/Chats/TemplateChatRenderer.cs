using System.Collections.Concurrent;
using System.Text.Json;
using Palimpsest.Text;
using Palimpsest.Text.Templates;

namespace Palimpsest.Data.Chats;

/// <summary>
/// Chats in the form of the template that comes with a model, which gets every key of the messages and the tools. What is learnt is what the template marks
/// with <c>{% generation %}</c>, to the
/// character; where it marks nothing, what the assistant says, and the markup that ends its turn.
/// </summary>
/// <remarks>
/// A template gives one text; which pieces of it are messages is found with placeholders in their place. Where a template looks into the messages (to leave out
/// reasoning, say), so that this does
/// not give the text back, all of it counts as markup, and the assistant's pieces are those that the template marks or those that each turn adds.
/// </remarks>
/// <param name="template">The template.</param>
public sealed class TemplateChatRenderer(ChatTemplate template) : IChatRenderer
{
    // What tells messages apart, and the texts themselves: no template prints more of an assistant's turn for them.
    private static readonly string[] s_labels = ["role", "content", "id", "name", "tool_call_id"];

    // How a list of parts looks before its text: as Python prints it, and as JSON.
    private static readonly string[] s_printed = ["'text': '", "\"text\": \"", "\"text\":\""];

    private readonly ConcurrentDictionary<string, bool> _takesParts = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool SpellsBeginAndEnd => true;

    /// <inheritdoc/>
    public bool MarksLearntCharacters => template.MarksWhatIsSaid;

    /// <inheritdoc/>
    public IReadOnlyList<ChatSegment> Render(Conversation chat) => Render(chat, addGenerationPrompt: false);

    /// <inheritdoc/>
    public IReadOnlyList<ChatSegment> RenderPrompt(Conversation chat) => Render(chat, addGenerationPrompt: true);

    /// <summary>The tokens of the chat and of what begins the assistant's next turn. What people wrote stays text, also where it spells a special
    /// token.</summary>
    /// <param name="chat">The chat, of at least one message.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Render(Conversation)"/>.</exception>
    public int[] EncodePrompt(Conversation chat, Tokenizer tokenizer) =>
        new ChatEncoder(tokenizer, this, int.MaxValue, learnAll: false).Encode(RenderPrompt(chat));

    /// <summary>What ends a turn of the assistant in the template, whether it is learnt or not; empty where that cannot be told.</summary>
    public string EndOfTurn()
    {
        Conversation chat = [new("user", "a"), new(ChatMessage.Assistant, "b")];
        return SpokenTexts.Find(chat, Rendering(chat, chat.Tools, addGenerationPrompt: false).Text, Again) is SpokenTexts texts ? Ending(texts, chat, 1) : "";

        string Again(IEnumerable<ChatMessage> messages) => Rendering(messages, chat.Tools, addGenerationPrompt: false).Text;
    }

    private List<ChatSegment> Render(Conversation chat, bool addGenerationPrompt)
    {
        ArgumentNullException.ThrowIfNull(chat);
        RenderedChat rendered = Rendering(chat, chat.Tools, addGenerationPrompt);
        SpokenTexts? texts = SpokenTexts.Find(chat, rendered.Text, messages => Rendering(messages, chat.Tools, addGenerationPrompt).Text);
        return Cut(rendered.Text, texts, [.. template.MarksWhatIsSaid ? rendered.AssistantSpans : Learnt(chat, rendered.Text, texts)]);
    }

    private RenderedChat Rendering(IEnumerable<ChatMessage> messages, string? tools, bool addGenerationPrompt)
    {
        using JsonDocument? named = tools is null ? null : JsonDocument.Parse(tools);
        IEnumerable<ChatMessage> shown = messages.Select(message => message.HasParts && !TakesParts(message.Role) ? ChatJson.Joined(message) : message);
        return template.Render(new ChatRequest { Messages = ChatJson.List(shown), Tools = named?.RootElement, AddGenerationPrompt = addGenerationPrompt });
    }

    /// <summary>Whether the template goes through a content in parts. Most know texts alone and would print the list itself, or nothing.</summary>
    private bool TakesParts(string role) => _takesParts.GetOrAdd(role, asked =>
    {
        const string Mark = "qZPartsPalimpsestZq";
        string json = $$"""{"role": {{JsonSerializer.Serialize(asked)}}, "content": [{"type": "text", "text": "{{Mark}}"}]}""";
        ChatMessage parts = new(asked, Mark) { Json = json };
        try
        {
            JsonElement chat = ChatJson.List(asked is ChatMessage.Assistant or "tool" ? [new ChatMessage("user", "a"), parts] : [parts]);
            string text = template.Render(new ChatRequest { Messages = chat, AddGenerationPrompt = false }).Text;
            int at = text.IndexOf(Mark, StringComparison.Ordinal);
            return at >= 0 && !s_printed.Any(list => text[..at].EndsWith(list, StringComparison.Ordinal));
        }
        catch (PalimpsestException)
        {
            return false;
        }
    });

    /// <summary>Cuts the text wherever a message or a learnt piece begins or ends.</summary>
    private static List<ChatSegment> Cut(string text, SpokenTexts? texts, Range[] learnt)
    {
        Range[] said = [.. (texts?.Spans ?? []).Select(span => span.Span)];
        int[] cuts = [.. said.Concat(learnt).SelectMany(span => new[] { span.Start.Value, span.End.Value }).Append(0).Append(text.Length).Distinct().Order()];
        List<ChatSegment> segments = [];
        int nextSaid = 0, nextLearnt = 0;
        for (int i = 0; i + 1 < cuts.Length; i++)
        {
            segments.Add(new ChatSegment(text[cuts[i]..cuts[i + 1]], Learnt: Within(learnt, ref nextLearnt, cuts[i]),
                Markup: !Within(said, ref nextSaid, cuts[i])));
        }

        return segments;

        static bool Within(Range[] spans, ref int next, int at)
        {
            while (next < spans.Length && spans[next].End.Value <= at)
            {
                next++;
            }

            return next < spans.Length && spans[next].Start.Value <= at;
        }
    }

    /// <summary>What the assistant says by turns, where the template does not mark it.</summary>
    private IEnumerable<Range> Learnt(Conversation chat, string text, SpokenTexts? texts)
    {
        int at = 0;
        for (int i = 0; i < chat.Count; i++)
        {
            if (chat[i].Role != ChatMessage.Assistant)
            {
                continue;
            }

            // A message with nothing but texts is learnt from its first one on; another one may say something before, such as its reasoning.
            (int Message, Range Span)[] own = [.. texts?.Spans.Where(span => span.Message == i) ?? []];
            (int start, int end) = texts is not null && own.Length > 0 && IsText(chat[i])
                ? (own[0].Span.Start.Value, WithEnding(own[^1].Span.End.Value, i)) : Turn(chat, text, i);
            if (start >= at && end > start)
            {
                yield return start..end;
                at = end;
            }
        }

        int WithEnding(int end, int message)
        {
            int next = texts.Spans.Where(span => span.Message > message).Select(span => span.Span.Start.Value).FirstOrDefault(text.Length);
            return end + text.AsSpan(end..next).CommonPrefixLength(Ending(texts, chat, message));
        }
    }

    /// <summary>The markup behind an assistant's message as far as it does not depend on what follows.</summary>
    private string Ending(SpokenTexts texts, Conversation chat, int message) =>
        texts.Behind(Rendering(texts.Marked.Take(message + 1), chat.Tools, addGenerationPrompt: false).Text, message)?.TrimEnd() ?? "";

    /// <summary>What a turn adds to the text.</summary>
    private (int Start, int End) Turn(Conversation chat, string text, int message)
    {
        int start = message == 0 ? 0 : Rendering(chat.Take(message), chat.Tools, addGenerationPrompt: true).Text.AsSpan().CommonPrefixLength(text);
        return (start, Rendering(chat.Take(message + 1), chat.Tools, addGenerationPrompt: false).Text.TrimEnd().AsSpan().CommonPrefixLength(text));
    }

    private static bool IsText(ChatMessage message)
    {
        if (message.Json is null)
        {
            return true;
        }

        using JsonDocument whole = JsonDocument.Parse(message.Json);
        return whole.RootElement.EnumerateObject().All(property => s_labels.Contains(property.Name) || !ChatMessageReader.HoldsSomething(property.Value));
    }
}
