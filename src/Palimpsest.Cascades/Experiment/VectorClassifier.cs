using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Models;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Experiment;

/// <summary>A linear head on the sentence vectors of an encoder that is left as it is.</summary>
internal sealed class VectorClassifier
{
    private const double Penalty = 1e-5;
    private readonly SparseLogisticRegression _head;
    private readonly SentenceEncoder _encoder;
    private readonly IReadOnlyList<string> _labels;
    private readonly int[] _places;
    private readonly int _tokens;

    /// <summary>Trains the head.</summary>
    /// <param name="encoder">Makes the vectors; not disposed with this object.</param>
    /// <param name="texts">Texts with the places of their classes.</param>
    /// <param name="labels">Names of the classes.</param>
    /// <param name="tokens">Most tokens that are read of a text.</param>
    /// <param name="random">Orders the texts.</param>
    public VectorClassifier(SentenceEncoder encoder, IReadOnlyList<(string Text, int Class)> texts, IReadOnlyList<string> labels, int tokens,
        RandomStream random)
    {
        (_encoder, _labels, _tokens) = (encoder, labels, tokens);
        _places = [.. Enumerable.Range(0, encoder.Width)];
        float[][] vectors = encoder.Embed([.. texts.Select(item => Encode(item.Text))]);
        _head = SparseLogisticRegression.Train([.. texts.Zip(vectors, (item, vector) => (_places, (float[]?)vector, item.Class))], encoder.Width, labels.Count,
            Penalty, random);
    }

    /// <summary>What sets the classifier apart: a hash of the weights of both parts, and of how much it reads.</summary>
    public string Identity => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_encoder.Model.Parameters.Hash()} {_head.Hash()} {_tokens}")));

    /// <summary>Classifies many texts in batches; each reply has the mean time.</summary>
    public IReadOnlyList<MemberReply> AskAll(IReadOnlyList<string> texts)
    {
        long clock = Stopwatch.GetTimestamp();
        int[][] encoded = [.. texts.Select(Encode)];
        float[][] vectors = _encoder.Embed(encoded);
        double seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds / texts.Count;
        return [.. vectors.Zip(encoded, (vector, ids) => MemberReply.Of(new LabelProbabilities(_labels, _head.Probabilities(_places, vector)), new CallUsage
        {
            InputTokens = ids.Length,
            OutputTokens = 0,
            Operations = ModelCosts.Of(_encoder.Model, ids.Length, 0, 0) + ((double)_encoder.Width * _labels.Count),
            Seconds = seconds,
        }))];
    }

    private int[] Encode(string text) => _encoder.Tokenizer.Cut(_encoder.Encode(text), _tokens);
}
