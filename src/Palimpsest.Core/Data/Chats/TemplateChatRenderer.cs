using Palimpsest.Text;
using Palimpsest.Text.Templates;

namespace Palimpsest.Data.Chats;

/// <summary>Chats in the form of the template that comes with a model. What the assistant says is learnt, and the markup that ends its turn.</summary>
/// <remarks>
/// A template gives one text; which pieces of it are messages is found with placeholders in their place. Where a template looks into the messages (to leave out reasoning, say), so that this does
/// not give the text back, all of it counts as markup, and the assistant's pieces are those that the template marks or those that each turn adds.
/// </remarks>
/// <param name="template">The template.</param>
public sealed class TemplateChatRenderer(ChatTemplate template) : IChatRenderer
{
    /// <inheritdoc/>
    public bool SpellsBeginAndEnd => true;

    /// <inheritdoc/>
    public IReadOnlyList<ChatSegment> Render(IReadOnlyList<ChatMessage> messages) => Render(messages, addGenerationPrompt: false);

    /// <summary>The chat and what begins the assistant's next turn.</summary>
    /// <param name="messages">The messages, at least one.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Render(IReadOnlyList{ChatMessage})"/>.</exception>
    public IReadOnlyList<ChatSegment> RenderPrompt(IReadOnlyList<ChatMessage> messages) => Render(messages, addGenerationPrompt: true);

    /// <summary>The tokens of the chat and of what begins the assistant's next turn. What people wrote stays text, also where it spells a special token.</summary>
    /// <param name="messages">The messages, at least one.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Render(IReadOnlyList{ChatMessage})"/>.</exception>
    public int[] EncodePrompt(IReadOnlyList<ChatMessage> messages, Tokenizer tokenizer) => new ChatEncoder(tokenizer, this, int.MaxValue, learnAll: false).Encode(RenderPrompt(messages));

    private List<ChatSegment> Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        ArgumentNullException.ThrowIfNull(messages);
        string text = Rendering(messages, addGenerationPrompt);
        return Pieces(messages, addGenerationPrompt, text) ?? Whole(messages, text);
    }

    private string Rendering(IEnumerable<ChatMessage> messages, bool addGenerationPrompt) =>
        template.Render(messages.Select(message => new Palimpsest.Text.Templates.ChatMessage(message.Role, message.Content)), addGenerationPrompt);

    /// <summary>Markup and messages by turns, or null where placeholders do not tell.</summary>
    private List<ChatSegment>? Pieces(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, string text)
    {
        // Letters and digits only, so that no template trims or escapes them.
        string[] marks = [.. Enumerable.Range(0, messages.Count).Select(i => $"qZ{i}Palimpsest{i}Zq")];
        string marked = Rendering(messages.Zip(marks, (message, mark) => message with { Content = mark }), addGenerationPrompt);
        List<ChatSegment> segments = [];
        int from = 0, at = 0;
        for (int i = 0; i < marks.Length; i++)
        {
            int found = marked.IndexOf(marks[i], from, StringComparison.Ordinal);
            if (found < 0)
            {
                return null;
            }

            string before = marked[from..found];
            if (!text.AsSpan(at).StartsWith(before, StringComparison.Ordinal))
            {
                return null;
            }

            at += before.Length;
            from = found + marks[i].Length;
            int next = i + 1 < marks.Length ? marked.IndexOf(marks[i + 1], from, StringComparison.Ordinal) : marked.Length;
            if (next < 0 || Spoken(messages[i].Content, text.AsSpan(at), marked.AsSpan(from, next - from)) is not string content)
            {
                return null;
            }

            bool assistant = messages[i].Role == ChatMessage.Assistant;
            AddMarkup(segments, before, messages, i - 1, marks);
            segments.Add(new ChatSegment(content, assistant));
            at += content.Length;
        }

        string rest = marked[from..];
        AddMarkup(segments, rest, messages, messages.Count - 1, marks);
        return text.AsSpan(at).SequenceEqual(rest) ? segments : null;
    }

    /// <summary>What a template made of a content: all of it, or without blanks at its ends.</summary>
    private static string? Spoken(string content, ReadOnlySpan<char> text, ReadOnlySpan<char> behind)
    {
        foreach (string form in (ReadOnlySpan<string>)[content, content.Trim(), content.TrimEnd(), content.TrimStart()])
        {
            if (text.StartsWith(form, StringComparison.Ordinal) && text[form.Length..].StartsWith(behind, StringComparison.Ordinal))
            {
                return form;
            }
        }

        return null;
    }

    /// <summary>Adds a piece of markup behind a message. What ends an assistant's turn is learnt with it: the piece as far as it does not depend on what follows.</summary>
    private void AddMarkup(List<ChatSegment> segments, string markup, IReadOnlyList<ChatMessage> messages, int message, string[] marks)
    {
        int learnt = 0;
        if (message >= 0 && messages[message].Role == ChatMessage.Assistant)
        {
            string alone = Rendering(messages.Take(message + 1).Select((said, i) => said with { Content = marks[i] }), addGenerationPrompt: false);
            int end = alone.LastIndexOf(marks[message], StringComparison.Ordinal);
            string ending = end < 0 ? "" : alone[(end + marks[message].Length)..].TrimEnd();
            learnt = markup.AsSpan().CommonPrefixLength(ending);
        }

        segments.Add(new ChatSegment(markup[..learnt], Learnt: true, Markup: true));
        segments.Add(new ChatSegment(markup[learnt..], Learnt: false, Markup: true));
    }

    private List<ChatSegment> Whole(IReadOnlyList<ChatMessage> messages, string text)
    {
        List<ChatSegment> segments = [];
        int at = 0;
        foreach (Range span in Spans(messages, text))
        {
            (int start, int length) = span.GetOffsetAndLength(text.Length);
            segments.Add(new ChatSegment(text[at..start], Learnt: false, Markup: true));
            segments.Add(new ChatSegment(text.Substring(start, length), Learnt: true, Markup: true));
            at = start + length;
        }

        segments.Add(new ChatSegment(text[at..], Learnt: false, Markup: true));
        return segments;
    }

    /// <summary>What the assistant's turns add to the text.</summary>
    private IEnumerable<Range> Spans(IReadOnlyList<ChatMessage> messages, string text)
    {
        int at = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role != ChatMessage.Assistant)
            {
                continue;
            }

            int start = i == 0 ? 0 : Rendering(messages.Take(i), addGenerationPrompt: true).AsSpan().CommonPrefixLength(text);
            int end = Rendering(messages.Take(i + 1), addGenerationPrompt: false).TrimEnd().AsSpan().CommonPrefixLength(text);
            if (start >= at && end > start)
            {
                yield return start..end;
                at = end;
            }
        }
    }
}
