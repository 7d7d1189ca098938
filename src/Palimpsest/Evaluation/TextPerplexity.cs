using System.Text;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Models;

namespace Palimpsest.Evaluation;

/// <summary>How well a model predicts a text.</summary>
/// <param name="Nats">Sum of the cross-entropies.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Bytes">Bytes of the predicted text in UTF-8.</param>
public readonly record struct TextPerplexity(double Nats, int Tokens, int Bytes)
{
    /// <summary>Measures texts: each is predicted from its own beginning, prompts are given, and the end token counts as a token where the tokenizer has one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="maxLength">Longer texts are cut to so many tokens; 0 for the model's context.</param>
    /// <returns>One entry a text of at least two tokens.</returns>
    /// <exception cref="PalimpsestException">There are texts, and none has a token to predict.</exception>
    public static TextPerplexity[] Measure(LanguageModel model, IReadOnlyList<TextExample> texts, int maxLength = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        ExampleEncoder encoder = model.Encoder(maxLength);
        (TextExample Text, TokenSequence Sequence)[] encoded = [.. from text in texts let sequence = encoder.Encode(text) where sequence is not null select (text, sequence)];
        if (encoded.Length == 0 && texts.Count > 0)
        {
            throw new PalimpsestException($"None of the {texts.Count} texts for evaluation has a token to predict among its first {encoder.MaxLength}: the prompts alone fill them. Shorten the prompts, or take a model with a longer context.");
        }

        double[] scores = SequenceScorer.LogLikelihoods(model.Model, [.. encoded.Select(item => item.Sequence)]);
        return [.. encoded.Select((item, i) =>
            new TextPerplexity(-scores[i], item.Sequence.Targets, Encoding.UTF8.GetByteCount(Predicted(model, item.Text, item.Sequence))))];
    }

    // Of a text that was cut, or a chat, what the predicted tokens say.
    private static string Predicted(LanguageModel model, TextExample text, TokenSequence sequence)
    {
        bool whole = text.Messages is null && sequence.Mask is null && model.Tokenizer.EndToken is int end && sequence.Ids[^1] == end;
        return whole || (model.Tokenizer.EndToken is null && text.Messages is null)
            ? text.Completion : model.Tokenizer.Decode([.. sequence.Ids.Where((_, i) => sequence.IsTarget(i))]);
    }

    /// <summary>exp(nats / token) over all texts together.</summary>
    public static double PerToken(IEnumerable<TextPerplexity> texts)
    {
        (double nats, long tokens) = (0, 0);
        foreach (TextPerplexity text in texts)
        {
            (nats, tokens) = (nats + text.Nats, tokens + text.Tokens);
        }

        return Math.Exp(nats / tokens);
    }
}
