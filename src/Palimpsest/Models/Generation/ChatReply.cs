namespace Palimpsest.Models.Generation;

/// <summary>An answer of the assistant, with an account of what it took.</summary>
public sealed record ChatReply
{
    /// <summary>What the assistant says.</summary>
    public required string Text { get; init; }

    /// <summary>Why it ends.</summary>
    public required CompletionEnd End { get; init; }

    /// <summary>Tokens of the conversation up to the answer.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>How many of them were in memory from the turns before.</summary>
    public required int ReusedTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public required int NewTokens { get; init; }

    /// <summary>Oldest messages that were forgotten because the conversation no longer fits the model's context.</summary>
    public required int ForgottenMessages { get; init; }
}
