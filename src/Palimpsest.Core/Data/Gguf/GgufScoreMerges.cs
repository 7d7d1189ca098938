namespace Palimpsest.Data.Gguf;

/// <summary>The merges that scores stand for: SentencePiece merges the two neighbours whose joined text has the best score, the leftmost of equal ones.</summary>
/// <remarks>
/// Kudo and Richardson, SentencePiece, EMNLP 2018, released code (<c>bpe_model.cc</c>): any two neighbours may merge if their joined text is a token that text can become. So each token gives a
/// merge for every place where it falls into two tokens, and its score is the rank of them all. Control, unknown and byte tokens never come from text.
/// </remarks>
internal static class GgufScoreMerges
{
    /// <summary>The merges, best first, and their ranks; equal scores share a rank.</summary>
    public static (List<(int Left, int Right, int Merged)> Merges, List<int> Ranks) Of(GgufVocabulary vocabulary)
    {
        IReadOnlyList<float> scores = vocabulary.Scores();
        var lookup = vocabulary.Ids.GetAlternateLookup<ReadOnlySpan<char>>();
        List<(int Left, int Right, int Merged)> merges = [];
        for (int id = 0; id < vocabulary.Tokens.Count; id++)
        {
            string token = vocabulary.Tokens[id];
            for (int cut = 1; cut < token.Length && ComesFromText(id); cut++)
            {
                if (char.IsLowSurrogate(token[cut]))
                {
                    continue;
                }

                if (lookup.TryGetValue(token.AsSpan(0, cut), out int left) && lookup.TryGetValue(token.AsSpan(cut), out int right) && ComesFromText(left) && ComesFromText(right))
                {
                    merges.Add((left, right, id));
                }
            }
        }

        merges.Sort((a, b) => (-scores[a.Merged], a.Merged, a.Left).CompareTo((-scores[b.Merged], b.Merged, b.Left)));
        List<int> ranks = new(merges.Count);
        for (int i = 0; i < merges.Count; i++)
        {
            ranks.Add(i == 0 ? 0 : scores[merges[i].Merged] == scores[merges[i - 1].Merged] ? ranks[^1] : ranks[^1] + 1);
        }

        return (merges, ranks);

        bool ComesFromText(int id) => vocabulary.Types[id] is not (GgufTokenType.Control or GgufTokenType.Unknown or GgufTokenType.Byte);
    }
}
