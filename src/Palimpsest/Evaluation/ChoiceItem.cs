using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;

namespace Palimpsest.Evaluation;

/// <summary>A question with completions to choose from.</summary>
/// <param name="Prompt">The question.</param>
/// <param name="Choices">The completions as they follow the prompt, leading space included.</param>
/// <param name="Answer">Index of the true one.</param>
/// <param name="Chat">The chat that the prompt is the plain form of, or null; a model with a template of its own is asked in that form. Its last message is
/// the whole true answer.</param>
public sealed record ChoiceItem(string Prompt, IReadOnlyList<string> Choices, int Answer, Conversation? Chat = null)
{
    /// <summary>What the answer has said before the completions: given like the prompt, and not scored. Leading space included.</summary>
    /// <value>The default is nothing.</value>
    public string Begun { get; init; } = "";

    /// <summary>Whether the answer goes on behind a completion, so that no end token belongs to it.</summary>
    /// <value>The default is false.</value>
    public bool Open { get; init; }

    /// <summary>Prompt and beginning with a completion, without an end token.</summary>
    internal TokenSequence Encode(ExampleEncoder encoder, string choice) => Behind(encoder, encoder.EncodeOpen(Prompt, Chat, Begun + choice));

    /// <summary>The same of the true completion, with the end token unless the answer goes on; null where nothing of it fits.</summary>
    internal TokenSequence? EncodeTrue(ExampleEncoder encoder) => Open ? Encode(encoder, Choices[Answer])
        : encoder.Encode(new TextExample(Prompt, Begun + Choices[Answer], null, Chat)) is TokenSequence whole
            && Behind(encoder, whole) is { Targets: > 0 } scored ? scored : null;

    private TokenSequence Behind(ExampleEncoder encoder, TokenSequence whole)
    {
        if (Begun.Length == 0)
        {
            return whole;
        }

        int begun = encoder.EncodeOpen(Prompt, Chat, Begun).Ids.AsSpan().CommonPrefixLength(whole.Ids);
        return whole with { LossFrom = Math.Max(whole.LossFrom, begun) };
    }
}
