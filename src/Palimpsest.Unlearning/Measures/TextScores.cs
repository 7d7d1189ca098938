using System.IO.Compression;
using System.Text;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Metrics;
using Palimpsest.Models;

namespace Palimpsest.Unlearning.Measures;

/// <summary>What a model's predictions of texts say about whether it was trained on them, one figure a text.</summary>
/// <remarks>
/// As in open-unlearning: loss and reference count the end token, the others leave it out; min-k takes the 40% least likely tokens. The sizes of compressed
/// texts are those of this library, which differ by a few bytes from Python's.
/// </remarks>
public sealed record TextScores
{
    private const double Share = 0.4;

    /// <summary>Scores of membership by the names of the attacks: loss, zlib, min_k, min_k++, and reference and gradnorm where they were asked for. Higher
    /// means less likely a member.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<double>> Membership { get; init; }

    /// <summary>Share of each text's tokens that greedy decoding chooses after the true ones before them.</summary>
    public required IReadOnlyList<double> ExactMemorisation { get; init; }

    /// <summary>Share of each text, from its end, that greedy decoding gives back.</summary>
    public required IReadOnlyList<double> ExtractionStrength { get; init; }

    /// <summary>Measures texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">Texts, or prompts with completions, of which the completions count.</param>
    /// <param name="reference">A model that did not see them, for the attack by reference; null leaves it out.</param>
    /// <param name="gradients">Whether to measure gradients, for which the model must be trainable.</param>
    /// <exception cref="PalimpsestException">Nothing of a text is predicted, or the reference has another vocabulary.</exception>
    public static TextScores Of(LanguageModel model, IReadOnlyList<TextExample> texts, LanguageModel? reference = null, bool gradients = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        ExampleEncoder encoder = model.Encoder();
        TokenSequence[] sequences = [.. texts.Select((text, i) => Encoded(encoder, text, model.Tokenizer.Ending.Count)
            ?? throw new PalimpsestException(FormattableString.Invariant($"Text {i + 1} of {texts.Count} leaves nothing to predict in the model's context. ")
                + "Leave it out, or shorten its prompt."))];
        TokenPrediction[][] all = TokenPredictions.Of(model.Model, sequences);
        TokenPrediction[][] scored = [.. all.Select((tokens, i) => EndsWhole(model, sequences[i]) ? tokens[..^model.Tokenizer.Ending.Count] : tokens)];
        double[] loss = [.. all.Select(Memorisation.Loss)];
        Dictionary<string, IReadOnlyList<double>> membership = new(StringComparer.Ordinal)
        {
            ["loss"] = loss,
            ["zlib"] = [.. loss.Select((value, i) => value / Compressed(texts[i].Completion))],
            ["min_k"] = [.. scored.Select(tokens => Memorisation.MinK(tokens, Share))],
            ["min_k++"] = [.. scored.Select(tokens => Memorisation.MinKPlusPlus(tokens, Share))],
        };
        if (reference is not null)
        {
            RequireSameTokens(model, reference);
            membership["reference"] = [.. TokenPredictions.Of(reference.Model, sequences).Select((tokens, i) => loss[i] - Memorisation.Loss(tokens))];
        }

        if (gradients)
        {
            membership["gradnorm"] = GradientNorm.Measure(model.Model, [.. sequences.Select(sequence =>
                EndsWhole(model, sequence) ? sequence.Truncate(sequence.Ids.Length - model.Tokenizer.Ending.Count) : sequence)]);
        }

        return new TextScores
        {
            Membership = membership,
            ExactMemorisation = [.. scored.Select(Memorisation.Exact)],
            ExtractionStrength = [.. scored.Select(tokens => Memorisation.ExtractionStrength(tokens))],
        };
    }

    /// <summary>Length of a text after compression, in bytes.</summary>
    internal static int Compressed(string text)
    {
        using MemoryStream bytes = new();
        using (ZLibStream packed = new(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            packed.Write(Encoding.UTF8.GetBytes(text));
        }

        return (int)bytes.Length;
    }

    /// <summary>A text with more to predict than its end; null for any other.</summary>
    private static TokenSequence? Encoded(ExampleEncoder encoder, TextExample text, int end) =>
        text.Completion.Length > 0 && encoder.Encode(text) is { } found && found.Targets > end ? found : null;

    /// <summary>Whether a sequence was not cut, so that its end token is there.</summary>
    private static bool EndsWhole(LanguageModel model, TokenSequence sequence) =>
        model.Tokenizer.Ending.Count > 0 && sequence.Mask is null && sequence.Ids.AsSpan().EndsWith([.. model.Tokenizer.Ending]);

    private static void RequireSameTokens(LanguageModel model, LanguageModel reference)
    {
        int most = Math.Max(model.Tokenizer.VocabularySize, reference.Tokenizer.VocabularySize);
        if (Enumerable.Range(0, most).FirstOrDefault(id => model.Tokenizer.TokenOf(id) != reference.Tokenizer.TokenOf(id), -1) is int id and >= 0)
        {
            throw new PalimpsestException(
                FormattableString.Invariant($"The reference {reference.Name} has another vocabulary than {model.Name}: token {id} is ")
                + $"\"{reference.Tokenizer.TokenOf(id)}\" there and \"{model.Tokenizer.TokenOf(id)}\" here. Take a reference with the same tokenizer.");
        }
    }
}
