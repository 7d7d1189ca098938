using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Text;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Turns texts into an encoder's tokens, with what its tokenizer puts around a text; which a text that is cut keeps.</summary>
/// <param name="tokenizer">The encoder's.</param>
/// <param name="maxLength">Most tokens of a text, at least 2.</param>
/// <param name="tooLong">What happens to longer ones.</param>
/// <param name="labels">The classes that completions name; none where prompt and completion are one text.</param>
internal sealed class EncoderTexts(Tokenizer tokenizer, int maxLength, TooLongPolicy tooLong, IReadOnlyList<string> labels)
{
    /// <summary>Most tokens of a text.</summary>
    public int MaxLength => maxLength;

    /// <summary>Encodes an example.</summary>
    /// <returns>The tokens, or null where the example is left out because it is too long.</returns>
    /// <exception cref="PalimpsestException">It is too long and the policy is to stop, it has no text, or its class is not known.</exception>
    public TokenSequence? Encode(TextExample example)
    {
        string text = labels.Count > 0 ? example.Prompt : example.Prompt + example.Completion;
        int? label = labels.Count > 0 ? LabelOf(example.Completion.Trim()) : null;
        int[] ids = tokenizer.Encode(text, specialTokensAsText: true);
        if (ids.All(tokenizer.IsSpecial))
        {
            throw new PalimpsestException(labels.Count > 0
                ? $"An example of the class \"{example.Completion.Trim()}\" has no text. A classification needs a prompt and a completion that names its class."
                : "An example has no text of which a token could be hidden. Remove it.");
        }

        if (ids.Length > maxLength)
        {
            string start = text.ReplaceLineEndings(" ");
            if (tooLong == TooLongPolicy.Error)
            {
                throw new PalimpsestException(
                    $"An example has {ids.Length} tokens where {maxLength} fit (it begins \"{start[..Math.Min(60, start.Length)]}\"). Shorten it, or "
                        + "set data.too_long to truncate or skip.");
            }

            if (tooLong == TooLongPolicy.Skip)
            {
                return null;
            }

            ids = tokenizer.Cut(ids, maxLength);
        }

        return new TokenSequence(ids, ids.Length) { Label = label };
    }

    private int LabelOf(string name) => labels.Index().Where(label => label.Item == name).Select(label => (int?)label.Index).FirstOrDefault()
        ?? throw new PalimpsestException($"\"{name}\" is none of the classes: {string.Join(", ", labels)}. Mend the data, or train with examples of "
            + "this class.");
}
