namespace Palimpsest.Models.Generation;

/// <summary>What a model made of a prompt.</summary>
public sealed record Completion
{
    /// <summary>The text behind the prompt, without special tokens and without the stop text.</summary>
    public required string Text { get; init; }

    /// <summary>The tokens, without the end token; those of a stop text are among them.</summary>
    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>Why the text ends.</summary>
    public required CompletionEnd End { get; init; }
}
