namespace Palimpsest.Text.Templates;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who speaks, such as <c>user</c>; what is known depends on the template.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content);
