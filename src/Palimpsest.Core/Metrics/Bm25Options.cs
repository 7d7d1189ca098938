namespace Palimpsest.Metrics;

/// <summary>Settings of <see cref="Bm25Index"/>.</summary>
public sealed record Bm25Options
{
    /// <summary>The form.</summary>
    public Bm25Variant Variant { get; init; } = Bm25Variant.Lucene;

    /// <summary>What counts as a word where the texts themselves are given, as to a retriever.</summary>
    public Bm25Tokens Tokens { get; init; } = Bm25Tokens.Words;

    /// <summary>How slowly repetitions of a term stop counting, above 0.</summary>
    /// <value>The default is 1.2, Lucene's; 0.9 with b 0.4 is usual for passages, 1.5 in <c>rank-bm25</c>.</value>
    public double K1 { get; init; } = 1.2;

    /// <summary>How much length counts, in [0, 1].</summary>
    public double B { get; init; } = 0.75;

    /// <summary>δ of <see cref="Bm25Variant.L"/> (0.5 if not set) and <see cref="Bm25Variant.Plus"/> (1 if not set), at least 0.</summary>
    public double? Delta { get; init; }

    /// <summary>What negative weights become in <see cref="Bm25Variant.Okapi"/>, as a share of the mean weight.</summary>
    public double Epsilon { get; init; } = 0.25;

    /// <summary>
    /// Whether <see cref="Bm25Variant.L"/> and <see cref="Bm25Variant.Plus"/> are computed as the <c>rank-bm25</c> package (0.2.2) does instead of as in the papers: for Plus δ also goes to documents without the term, so
    /// that every document has a score; for L a term counts once more for each of its occurrences.
    /// </summary>
    public bool AsRankBm25 { get; init; }
}
