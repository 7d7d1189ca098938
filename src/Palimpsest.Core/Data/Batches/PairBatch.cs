namespace Palimpsest.Data.Batches;

/// <summary>Queries and passages of one forward pass.</summary>
/// <param name="Queries">A row a query.</param>
/// <param name="Passages">First the passage of each query, in the order of the queries, and behind them the negatives that there are.</param>
/// <param name="Excluded">
/// [queries * passages], whether a passage is no negative of a query: it equals the query's own passage, or it answers an equal query. A query's own passage
/// never is excluded.
/// </param>
public sealed record PairBatch(TokenBatch Queries, TokenBatch Passages, IReadOnlyList<bool> Excluded)
{
    /// <summary>Real tokens.</summary>
    public int Tokens => Queries.Tokens + Passages.Tokens;

    /// <summary>Puts pairs together.</summary>
    /// <param name="pairs">At least one; no text without tokens.</param>
    public static PairBatch Of(IReadOnlyList<PairSequences> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        int[][] queries = [.. pairs.Select(pair => pair.Query)],
            passages = [.. pairs.Select(pair => pair.Passage), .. pairs.Select(pair => pair.Negative).OfType<int[]>()];
        bool[] excluded = new bool[queries.Length * passages.Length];
        for (int i = 0; i < excluded.Length; i++)
        {
            (int query, int passage) = (i / passages.Length, i % passages.Length);

            // By tokens and not by text: what a cut has made equal has one vector.
            excluded[i] = query != passage
                && (passages[passage].AsSpan().SequenceEqual(passages[query])
                    || (passage < queries.Length && queries[passage].AsSpan().SequenceEqual(queries[query])));
        }

        return new PairBatch(Rows(queries), Rows(passages), excluded);
    }

    private static TokenBatch Rows(int[][] texts) => TokenBatch.Of([.. texts.Select(ids => new TokenSequence(ids, ids.Length))]);
}
