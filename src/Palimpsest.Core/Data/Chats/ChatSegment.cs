namespace Palimpsest.Data.Chats;

/// <summary>A piece of a rendered chat.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Learnt">Whether its tokens carry loss.</param>
/// <param name="Markup">Whether the spelling of a special token in it stands for that token. False for what people wrote, where it is ordinary text.</param>
public readonly record struct ChatSegment(string Text, bool Learnt, bool Markup = false);
