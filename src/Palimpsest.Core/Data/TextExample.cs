using Palimpsest.Data.Chats;
using Palimpsest.Data.Preferences;

namespace Palimpsest.Data;

/// <summary>One example of text for training or evaluation.</summary>
/// <param name="Prompt">The part that carries no loss. Empty for plain text, whose whole <paramref name="Completion"/> is learnt. A question ends in <c>"\nAnswer:"</c>.</param>
/// <param name="Completion">The part that is learnt. After a prompt it begins with a space. The end token is not part of it; tokenising adds that.</param>
/// <param name="Owner">Slug of the owner whose data this is; null for data that belongs to nobody.</param>
/// <param name="Messages">The chat, where the example is one; prompt and completion then hold its plain form, for those who know only text.</param>
public readonly record struct TextExample(string Prompt, string Completion, string? Owner = null, Conversation? Messages = null)
{
    /// <summary>What is known about the answer, for learning from preferences; null for an example that is simply learnt.</summary>
    public Preference? Preference { get; init; }
}
