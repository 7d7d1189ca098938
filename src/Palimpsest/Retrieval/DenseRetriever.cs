using System.Numerics.Tensors;
using Palimpsest.Models;

namespace Palimpsest.Retrieval;

/// <summary>Ranks by the dot product of the vectors of query and document, over all documents (no approximate index).</summary>
/// <remarks>Karpukhin et al., Dense Passage Retrieval, EMNLP 2020. Holds 4 bytes a document and number of the vector.</remarks>
public sealed class DenseRetriever : IRetriever
{
    private readonly SentenceEncoder _encoder;
    private readonly float[][] _documents;

    /// <summary>Encodes documents.</summary>
    /// <param name="documents">Their texts.</param>
    /// <param name="encoder">Encodes documents and queries; must outlive this object.</param>
    public DenseRetriever(IReadOnlyList<string> documents, SentenceEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        _encoder = encoder;

        // Equal texts get one vector: made in batches of unlike length they would differ in the last bits, and chance would rank them.
        string[] distinct = [.. documents.Distinct(StringComparer.Ordinal)];
        Dictionary<string, float[]> vectors = distinct.Zip(encoder.Embed(distinct)).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        _documents = [.. documents.Select(text => vectors[text])];
    }

    /// <inheritdoc/>
    public string Name => "dense";

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<(int Document, double Score)>> Search(IReadOnlyList<string> queries, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return [.. _encoder.Embed(queries).Select(query => Best(query, _documents, count))];
    }

    /// <summary>The vectors with the largest dot products; of equal ones the first.</summary>
    internal static IReadOnlyList<(int Document, double Score)> Best(float[] query, IReadOnlyList<float[]> documents, int count) =>
    [
        .. documents.Select((document, i) => (Document: i, Score: (double)TensorPrimitives.Dot<float>(query, document)))
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Document).Take(count),
    ];
}
