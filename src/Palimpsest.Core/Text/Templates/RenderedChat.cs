namespace Palimpsest.Text.Templates;

/// <summary>A conversation as one text.</summary>
public sealed record RenderedChat
{
    /// <summary>The text, ready to be encoded. Special tokens stand in it as text, and the template has put those that begin a text there already: encode with <c>addSpecialTokens: false</c>.</summary>
    public required string Text { get; init; }

    /// <summary>What the assistant has said, as ranges of <see cref="Text"/>; empty unless the template marks it with <c>{% generation %}</c>.</summary>
    public required IReadOnlyList<Range> AssistantSpans { get; init; }
}
