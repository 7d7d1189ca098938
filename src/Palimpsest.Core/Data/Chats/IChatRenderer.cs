namespace Palimpsest.Data.Chats;

/// <summary>Turns a chat into the text that a model was trained on.</summary>
public interface IChatRenderer
{
    /// <summary>Whether the rendering spells the tokens that begin and end a text itself; if not, they are added as for any text.</summary>
    bool SpellsBeginAndEnd { get; }

    /// <summary>
    /// Whether the learnt pieces are meant to the character, so that a token is learnt if any of it lies in one, as <c>return_assistant_tokens_mask</c> of the
    /// transformers library has it. If not, a
    /// token across the border of two pieces belongs to the later one.
    /// </summary>
    bool MarksLearntCharacters => false;

    /// <summary>The chat's text in pieces, in order. What ends an assistant's turn is learnt with it, so that the model learns to stop.</summary>
    /// <param name="chat">The chat, of at least one message.</param>
    /// <exception cref="PalimpsestException">The model's form has no place for these messages.</exception>
    IReadOnlyList<ChatSegment> Render(Conversation chat);

    /// <summary>The chat and what begins the assistant's next turn, in pieces.</summary>
    /// <param name="chat">The chat; of at least one message where the model's form asks for one.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Render"/>.</exception>
    IReadOnlyList<ChatSegment> RenderPrompt(Conversation chat);
}
