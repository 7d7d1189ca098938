using Palimpsest.Data.Chats;

namespace Palimpsest.Evaluation;

/// <summary>A question with completions to choose from.</summary>
/// <param name="Prompt">The question.</param>
/// <param name="Choices">The completions as they follow the prompt, leading space included.</param>
/// <param name="Answer">Index of the true one.</param>
/// <param name="Chat">The chat that the prompt is the plain form of, or null; a model with a template of its own is asked in that form.</param>
public sealed record ChoiceItem(string Prompt, IReadOnlyList<string> Choices, int Answer, Conversation? Chat = null);
