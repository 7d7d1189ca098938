using Palimpsest.Data.Chats;

namespace Palimpsest.Data.Preferences;

/// <summary>What is known about an example's answer beside its text.</summary>
public sealed record Preference
{
    /// <summary>Whether the completion is a good answer; that of a pair is.</summary>
    public bool IsDesirable { get; init; } = true;

    /// <summary>The worse answer to the same prompt; null where there is none.</summary>
    public string? RejectedCompletion { get; init; }

    /// <summary>The chat with the worse answer; null where it is none.</summary>
    public Conversation? RejectedMessages { get; init; }

    /// <summary>How many of the chat's messages are the prompt, and so are not learnt.</summary>
    public int PromptMessages { get; init; }
}
