using System.Text;
using Palimpsest.Text;

namespace Palimpsest.Metrics;

/// <summary>An inverted index in memory that ranks documents by BM25.</summary>
/// <remarks>
/// Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, equation 3.15; forms after Kamphuis et al., Which BM25 Do You Mean?, ECIR 2020. A search costs the postings of the query's
/// terms. Immutable, so several threads may search at once.
/// </remarks>
public sealed class Bm25Index
{
    private readonly Dictionary<string, Posting[]> _postings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _weights = new(StringComparer.Ordinal);
    private readonly double[] _norms;
    private readonly Bm25Options _options;

    /// <summary>Indexes a collection.</summary>
    /// <param name="documents">The tokens of each document, read once.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="PalimpsestException">A setting is outside its range.</exception>
    public Bm25Index(IEnumerable<IEnumerable<string>> documents, Bm25Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(documents);
        _options = options ?? new Bm25Options();
        if (!(_options.K1 > 0) || !(_options.B is >= 0 and <= 1) || !(Delta >= 0) || !double.IsFinite(_options.K1 + Delta + _options.Epsilon))
        {
            throw new PalimpsestException($"BM25 needs k1 above 0, b between 0 and 1 and delta at least 0, not {_options.K1}, {_options.B} and {Delta}.");
        }

        Dictionary<string, List<Posting>> postings = new(StringComparer.Ordinal);
        List<int> lengths = [];
        foreach (IEnumerable<string> document in documents)
        {
            int length = 0;
            foreach (string term in document)
            {
                length++;
                if (!postings.TryGetValue(term, out List<Posting>? list))
                {
                    postings.Add(term, list = []);
                }

                if (list.Count > 0 && list[^1].Document == lengths.Count)
                {
                    list[^1] = new Posting(lengths.Count, list[^1].Frequency + 1);
                }
                else
                {
                    list.Add(new Posting(lengths.Count, 1));
                }
            }

            lengths.Add(length);
        }

        Lengths = lengths;
        AverageLength = lengths.Count == 0 ? 0 : lengths.Average();
        _norms = [.. lengths.Select(length => 1 - _options.B + (_options.B * (AverageLength > 0 ? Length(length) / AverageLength : 0)))];
        foreach ((string term, List<Posting> list) in postings)
        {
            _postings.Add(term, [.. list]);
            _weights.Add(term, Weight(list.Count));
        }

        // The mean is taken over the negative weights as well, as rank-bm25 does.
        double floor = _options.Variant == Bm25Variant.Okapi && _weights.Count > 0 ? _options.Epsilon * _weights.Values.Average() : double.NegativeInfinity;
        foreach (string term in _weights.Where(pair => pair.Value < 0 && double.IsFinite(floor)).Select(pair => pair.Key).ToArray())
        {
            _weights[term] = floor;
        }
    }

    /// <summary>The number of tokens of each document.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>The mean number of tokens; 0 for an empty collection.</summary>
    public double AverageLength { get; }

    /// <summary>Number of different terms.</summary>
    public int Vocabulary => _postings.Count;

    private double Delta => _options.Delta ?? (_options.Variant == Bm25Variant.L ? 0.5 : 1);

    /// <summary>The words of a text: no stop words.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="tokens">What counts as a word.</param>
    /// <param name="stem">Whether words of more than three letters a to z and digits are cut to their stems (<see cref="PorterStemmer"/>, which is for
    /// English).</param>
    public static IReadOnlyList<string> Tokenize(string text, Bm25Tokens tokens = Bm25Tokens.Words, bool stem = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        return tokens switch
        {
            Bm25Tokens.Words => [.. WordTokens.Of(text).Select(word => stem && word.Length > 3 && Ascii.IsValid(word) ? PorterStemmer.Stem(word) : word)],
            Bm25Tokens.Ascii => Rouge.Tokenize(text, stem),
            _ => throw new ArgumentOutOfRangeException(nameof(tokens)),
        };
    }

    /// <summary>Number of documents that have a term.</summary>
    /// <param name="term">Any text.</param>
    public int DocumentFrequency(string term) => _postings.TryGetValue(term, out Posting[]? list) ? list.Length : 0;

    /// <summary>The documents with the greatest scores above 0.</summary>
    /// <param name="query">Tokens; one that occurs twice counts twice. Terms that no document has do not count.</param>
    /// <param name="count">How many at most, at least 1.</param>
    /// <returns>Best first; of equal scores the earlier document first.</returns>
    public IReadOnlyList<Bm25Hit> Search(IEnumerable<string> query, int count)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Dictionary<int, double> scores = [];
        bool all = _options is { AsRankBm25: true, Variant: Bm25Variant.Plus };
        double everywhere = 0;
        foreach (string term in query)
        {
            if (!_postings.TryGetValue(term, out Posting[]? list))
            {
                continue;
            }

            double weight = _weights[term], absent = all ? weight * Saturation(0, 1) : 0;
            everywhere += absent;
            foreach (Posting posting in list)
            {
                scores[posting.Document] = scores.GetValueOrDefault(posting.Document) + (weight * Saturation(posting.Frequency, _norms[posting.Document])) - absent;
            }
        }

        IEnumerable<Bm25Hit> hits = all
            ? Enumerable.Range(0, _norms.Length).Select(document => new Bm25Hit(document, everywhere + scores.GetValueOrDefault(document)))
            : scores.Select(pair => new Bm25Hit(pair.Key, pair.Value));
        return [.. hits.Where(hit => hit.Score > 0).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Document).Take(count)];
    }

    /// <summary>What Lucene.NET 4.8 makes of a document's length: its inverse square root has three bits of mantissa.</summary>
    internal static double LossyLength(int length)
    {
        // SmallFloat.SingleToByte315 and back: the sign and all but three bits of the mantissa are dropped, and the exponent counts from 2^-15.
        const int Zero = (63 - 15) << 3;
        int bits = BitConverter.SingleToInt32Bits(1 / MathF.Sqrt(length)) >> 21;
        int code = bits <= Zero ? 1 : Math.Min(bits - Zero, 255);
        double root = BitConverter.Int32BitsToSingle((code << 21) + ((63 - 15) << 24));
        return 1 / (root * root);
    }

    private double Length(int length) => _options.Variant == Bm25Variant.LuceneNet && length > 0 ? LossyLength(length) : length;

    private double Weight(double documents)
    {
        double all = Lengths.Count;
        return _options.Variant switch
        {
            Bm25Variant.Okapi => Math.Log(all - documents + 0.5) - Math.Log(documents + 0.5),
            Bm25Variant.L => Math.Log(all + 1) - Math.Log(documents + 0.5),
            Bm25Variant.Plus => Math.Log((all + 1) / documents),
            _ => Math.Log(1 + ((all - documents + 0.5) / (documents + 0.5))),
        };
    }

    private double Saturation(double frequency, double norm)
    {
        double k1 = _options.K1, normed = frequency / norm;
        return _options.Variant switch
        {
            Bm25Variant.Lucene => frequency / (frequency + (k1 * norm)),
            Bm25Variant.L => (_options.AsRankBm25 ? frequency : 1) * (k1 + 1) * (normed + Delta) / (k1 + normed + Delta),
            Bm25Variant.Plus => Delta + (frequency * (k1 + 1) / (frequency + (k1 * norm))),
            _ => frequency * (k1 + 1) / (frequency + (k1 * norm)),
        };
    }

    private readonly record struct Posting(int Document, int Frequency);
}
