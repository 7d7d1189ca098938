namespace Palimpsest.Data.Chats;

/// <summary>One message of a chat.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c> or what else the model knows.</param>
/// <param name="Content">What is said.</param>
public readonly record struct ChatMessage(string Role, string Content)
{
    /// <summary>The role whose messages are learnt.</summary>
    public const string Assistant = "assistant";
}
