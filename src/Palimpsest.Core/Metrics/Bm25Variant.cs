namespace Palimpsest.Metrics;

/// <summary>Forms of BM25. They differ in the weight of rare terms (N documents, n with the term) and of repetition (term frequency f, length norm K = k1 (1 - b + b length / mean length)).</summary>
public enum Bm25Variant
{
    /// <summary>ln(1 + (N - n + 0.5) / (n + 0.5)) · f / (f + K): Lucene from version 8 on, the default.</summary>
    Lucene,

    /// <summary>The same with a factor k1 + 1: Lucene before 8. The order of documents is the same, the scores are not.</summary>
    LuceneScaled,

    /// <summary><see cref="LuceneScaled"/> with document lengths kept in one byte, as Lucene.NET 4.8 keeps them: lengths within about a quarter are the same.</summary>
    LuceneNet,

    /// <summary>ln((N - n + 0.5) / (n + 0.5)) · f (k1 + 1) / (f + K) (Robertson), where a negative weight becomes a share <see cref="Bm25Options.Epsilon"/> of the mean weight of all terms (the <c>rank-bm25</c> package).</summary>
    Okapi,

    /// <summary>BM25L: ln((N + 1) / (n + 0.5)) · (k1 + 1) (c + δ) / (k1 + c + δ), c = f k1 / K: long documents lose less (Lv and Zhai, SIGIR 2011).</summary>
    L,

    /// <summary>BM25+: ln((N + 1) / n) · (δ + f (k1 + 1) / (f + K)): a term is worth at least δ (Lv and Zhai, CIKM 2011).</summary>
    Plus,
}
