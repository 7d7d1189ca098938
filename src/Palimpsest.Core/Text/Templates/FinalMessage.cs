namespace Palimpsest.Text.Templates;

/// <summary>Finds where the content of the last message ends in a rendered chat: a mark is put behind the content before, and the text is cut at the mark after.</summary>
internal static class FinalMessage
{
    // It ends in a blank, which tells whether the template trims contents. The letters are those of the reference: a template could look at them.
    private const string Tag = "CONTINUE_FINAL_MESSAGE_TAG ";

    /// <summary>A copy of a message with the mark behind its text.</summary>
    public static TemplateDictionary Mark(TemplateDictionary message)
    {
        message.TryGet("content", out object? content);
        if (content is string text)
        {
            return With(message, "content", text + Tag);
        }

        List<object?> parts = content is TemplateSequence list ? [.. list.Items] : [];
        int last = parts.FindLastIndex(part => part is TemplateDictionary known && known.TryGet("text", out object? found) && found is string);
        if (last < 0)
        {
            throw new PalimpsestException("The final message has no text that could be continued. Set ContinueFinalMessage to false, or give it a text.");
        }

        TemplateDictionary marked = (TemplateDictionary)parts[last]!;
        marked.TryGet("text", out object? inner);
        parts[last] = With(marked, "text", inner + Tag);
        return With(message, "content", TemplateSequence.List(parts));
    }

    /// <summary>The text up to the mark.</summary>
    public static string Cut(string text)
    {
        int at = text.LastIndexOf(Tag.TrimEnd(), StringComparison.Ordinal);
        if (at < 0)
        {
            throw new PalimpsestException("The final message does not stand in the rendered chat, so it cannot be continued: the template leaves it out or changes it.");
        }

        bool keepsBlanks = text.AsSpan(at).StartsWith(Tag, StringComparison.Ordinal);
        return keepsBlanks ? text[..at] : PythonString.TrimEnd(text[..at]);
    }

    private static TemplateDictionary With(TemplateDictionary source, string key, object? value)
    {
        TemplateDictionary result = new();
        foreach ((object? other, object? kept) in source.Items)
        {
            result.Set(other, kept);
        }

        result.Set(key, value);
        return result;
    }
}
