using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Models;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation;

/// <summary>What a classifier says of a text.</summary>
/// <param name="Class">Number of the likeliest class; of equally likely ones the first.</param>
/// <param name="IsRight">Whether it is the text's own.</param>
/// <param name="Nats">Cross-entropy of the text's own class.</param>
public readonly record struct ClassPrediction(int Class, bool IsRight, double Nats)
{
    private const int TokensPerPass = 4096;

    /// <summary>Classifies texts; those that are longer than the model's context are cut at its end.</summary>
    /// <param name="model">A classifier.</param>
    /// <param name="texts">Prompts and, as completions, the names of their classes.</param>
    /// <returns>One a text.</returns>
    /// <exception cref="PalimpsestException">The model is no classifier, or a class is not among its own.</exception>
    public static ClassPrediction[] Of(LanguageModel model, IReadOnlyList<TextExample> texts)
    {
        ClassPrediction[] results = new ClassPrediction[texts?.Count ?? throw new ArgumentNullException(nameof(texts))];
        Classify(model, texts, (text, own, wanted) =>
        {
            int likeliest = own.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max(own));
            results[text] = new ClassPrediction(likeliest, likeliest == wanted, -own[wanted]);
        });
        return results;
    }

    /// <summary>The logarithms of the probabilities of every class.</summary>
    /// <param name="model">A classifier.</param>
    /// <param name="texts">Any texts, cut at the end of the model's context.</param>
    /// <returns>One list of classes a text.</returns>
    /// <exception cref="PalimpsestException">The model is no classifier.</exception>
    public static float[][] LogProbabilities(LanguageModel model, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(model);
        float[][] results = new float[texts?.Count ?? throw new ArgumentNullException(nameof(texts))][];

        // The encoder wants a class; which one has no part in the scores.
        string any = model.Model.Config.Labels is [string first, ..] ? first : "";
        Classify(model, [.. texts.Select(text => new TextExample(text, any))], (text, own, _) => results[text] = own.ToArray());
        return results;
    }

    /// <summary>As the other form, of texts that are tokens already, for decoders and encoders.</summary>
    /// <param name="model">A classifier.</param>
    /// <param name="sequences">Texts with a label each, whichever.</param>
    internal static float[][] LogProbabilities(TransformerModel model, IReadOnlyList<TokenSequence> sequences)
    {
        float[][] results = new float[sequences.Count][];
        Classify(model, sequences, (text, own, _) => results[text] = own.ToArray());
        return results;
    }

    private delegate void Taker(int text, ReadOnlySpan<float> scores, int wanted);

    private static void Classify(LanguageModel model, IReadOnlyList<TextExample> texts, Taker take)
    {
        ArgumentNullException.ThrowIfNull(model);
        CausalModel causal = model.Model;
        if (causal.Config.Labels.Count == 0)
        {
            throw new PalimpsestException($"{model.Name}: is no classifier; its config.json names no classes.");
        }

        ExampleEncoder encoder = new(model.Tokenizer, causal.Config.ContextLength, causal.Config.Labels, TooLongPolicy.Truncate);
        Classify(causal, [.. texts.Select(text => encoder.Encode(text)!)], take);
    }

    private static void Classify(TransformerModel model, IReadOnlyList<TokenSequence> texts, Taker take)
    {
        (TokenSequence Sequence, int Index)[] sequences = [.. texts.Select((text, i) => (text, i)).OrderBy(item => item.text.Ids.Length)];
        for (int from = 0, to; from < sequences.Length; from = to)
        {
            to = from + 1;
            while (to < sequences.Length && (to + 1 - from) * sequences[to].Sequence.Ids.Length <= TokensPerPass)
            {
                to++;
            }

            Classify(model, sequences[from..to], take);
        }
    }

    private static void Classify(TransformerModel model, (TokenSequence Sequence, int Index)[] chosen, Taker take)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        float[] scores = TensorBytes.ToArray(model.ClassLogProbabilities(TokenBatch.Of([.. chosen.Select(item => item.Sequence)])).to(CPU));
        int classes = model.Config.Labels.Count;
        for (int i = 0; i < chosen.Length; i++)
        {
            take(chosen[i].Index, scores.AsSpan(i * classes, classes), chosen[i].Sequence.Label!.Value);
        }
    }
}
