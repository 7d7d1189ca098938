using Palimpsest.Data.Batches;
using Palimpsest.Text;

namespace Palimpsest.Interpretability.Activations;

/// <summary>Makes documents of texts: the model's begin token, the text, its end token, cut to a context size.</summary>
public static class TokenDocuments
{
    /// <summary>The tokens of texts; a text that is longer than the context becomes several documents.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="texts">The texts; empty ones are left out.</param>
    /// <param name="context">Most tokens of a document, at least 2.</param>
    public static IReadOnlyList<int[]> Of(Tokenizer tokenizer, IEnumerable<string> texts, int context)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return [.. texts.SelectMany(text => Of(tokenizer, text).Chunk(context)).Where(piece => piece.Length > 1)];
    }

    /// <summary>The tokens of one text.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="text">The text; the spelling of a special token in it is text like any other.</param>
    public static int[] Of(Tokenizer tokenizer, string text)
    {
        TokenSequence open = new ExampleEncoder(tokenizer, int.MaxValue, TooLongPolicy.Truncate).EncodeOpen("", text);
        return [.. open.Ids, .. tokenizer.Ending];
    }

    /// <summary>The special tokens of a tokenizer, whose activations are usually left out.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    public static IReadOnlyList<int> Special(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return [.. Enumerable.Range(0, tokenizer.VocabularySize).Where(tokenizer.IsSpecial)];
    }
}
