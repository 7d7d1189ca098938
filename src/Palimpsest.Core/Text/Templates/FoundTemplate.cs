namespace Palimpsest.Text.Templates;

/// <summary>A chat template that was found in the files of a model.</summary>
/// <param name="Text">The template.</param>
/// <param name="Place">What to call it in messages.</param>
/// <param name="ForTools">The one for chats with tools and its place, or null where that is the same.</param>
/// <param name="Tokens">The special tokens, as variables.</param>
internal sealed record FoundTemplate(string Text, string Place, (string Text, string Place)? ForTools, IReadOnlyDictionary<string, object?> Tokens);
