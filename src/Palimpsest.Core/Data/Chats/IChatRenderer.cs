namespace Palimpsest.Data.Chats;

/// <summary>Turns a chat into the text that a model was trained on.</summary>
public interface IChatRenderer
{
    /// <summary>Whether the rendering spells the tokens that begin and end a text itself; if not, they are added as for any text.</summary>
    bool SpellsBeginAndEnd { get; }

    /// <summary>The chat's text in pieces, in order. What ends an assistant's turn is learnt with it, so that the model learns to stop.</summary>
    /// <param name="messages">The messages, at least one.</param>
    /// <exception cref="PalimpsestException">The model's form has no place for these messages.</exception>
    IReadOnlyList<ChatSegment> Render(IReadOnlyList<ChatMessage> messages);
}
