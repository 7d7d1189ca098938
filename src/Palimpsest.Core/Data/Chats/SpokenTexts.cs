namespace Palimpsest.Data.Chats;

/// <summary>Finds in a rendered chat what people wrote, as opposed to markup, by rendering it once more with placeholders in the place of their
/// texts.</summary>
internal sealed class SpokenTexts
{
    private readonly List<(int Message, Range Span)> _spans = [];
    private readonly string[] _marks;

    private SpokenTexts(string[] marks) => _marks = marks;

    /// <summary>Where the texts stand in the rendered chat, in order, with the message of each.</summary>
    public IReadOnlyList<(int Message, Range Span)> Spans => _spans;

    /// <summary>The messages with placeholders for their texts.</summary>
    public required IReadOnlyList<ChatMessage> Marked { get; init; }

    /// <summary>Finds the texts.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="text">What the template made of it.</param>
    /// <param name="render">Renders the messages with placeholders alike.</param>
    /// <returns>Null where placeholders do not tell, since the template looks into the texts or changes them.</returns>
    public static SpokenTexts? Find(Conversation chat, string text, Func<IEnumerable<ChatMessage>, string> render)
    {
        (int Message, string Text)[] said = [.. chat.SelectMany((message, i) => ChatJson.Texts(message).Select(part => (i, part)))];

        // Letters and digits only, so that no template trims or escapes them.
        string[] marks = [.. said.Select((_, i) => $"qZ{i}Palimpsest{i}Zq")];
        ChatMessage[] marked = [.. chat.Select((message, i) => ChatJson.WithTexts(message, [.. marks.Where((_, mark) => said[mark].Message == i)]))];
        SpokenTexts found = new(marks) { Marked = marked };
        return found.Read(said, text, render(marked)) ? found : null;
    }

    /// <summary>What a rendering with placeholders has behind the last text of a message; null if the message has none in it.</summary>
    /// <param name="rendering">A rendering of <see cref="Marked"/> up to the message.</param>
    /// <param name="message">Its index.</param>
    public string? Behind(string rendering, int message)
    {
        int mark = _spans.FindLastIndex(span => span.Message == message);
        int at = mark < 0 ? -1 : rendering.LastIndexOf(_marks[mark], StringComparison.Ordinal);
        return at < 0 ? null : rendering[(at + _marks[mark].Length)..];
    }

    /// <summary>Walks along the rendered chat and the one with placeholders side by side: what lies between the texts must be the same.</summary>
    private bool Read((int Message, string Text)[] said, string text, string marked)
    {
        int from = 0, at = 0;
        for (int i = 0; i < said.Length; i++)
        {
            int found = marked.IndexOf(_marks[i], from, StringComparison.Ordinal);
            if (found < 0 || !text.AsSpan(at).StartsWith(marked.AsSpan(from, found - from), StringComparison.Ordinal))
            {
                return false;
            }

            at += found - from;
            from = found + _marks[i].Length;
            int next = i + 1 < said.Length ? marked.IndexOf(_marks[i + 1], from, StringComparison.Ordinal) : marked.Length;
            if (next < 0 || Form(said[i].Text, text.AsSpan(at), marked.AsSpan(from, next - from)) is not string form)
            {
                return false;
            }

            _spans.Add((said[i].Message, at..(at + form.Length)));
            at += form.Length;
        }

        return text.AsSpan(at).SequenceEqual(marked.AsSpan(from));
    }

    /// <summary>What a template made of a text: all of it, or without blanks at its ends.</summary>
    private static string? Form(string said, ReadOnlySpan<char> text, ReadOnlySpan<char> behind)
    {
        foreach (string form in (ReadOnlySpan<string>)[said, said.Trim(), said.TrimEnd(), said.TrimStart()])
        {
            if (text.StartsWith(form, StringComparison.Ordinal) && text[form.Length..].StartsWith(behind, StringComparison.Ordinal))
            {
                return form;
            }
        }

        return null;
    }
}
