namespace Palimpsest.Text;

/// <summary>The ids of a text that goes on behind ids that are there already: without a token that begins a text, and without the space that many tokenizers
/// put before one.</summary>
/// <remarks>
/// A tokenizer encodes whole texts only, and what it does at a beginning (a space in front, say) it does at every one. So the text is encoded by itself and
/// behind short texts of several kinds, of
/// which those count that keep their own ids before it; the first ids that decode to the text, behind the ids that are there, are taken. Where none do,
/// because decoding does not give texts back
/// (the vocabulary ends words, or the text is changed before it is encoded), white space is forgiven, and then the text by itself is taken.
/// </remarks>
internal static class Continuation
{
    // A line's end and a full stop are joined to nothing in most vocabularies; behind a letter a word goes on. The rare letter is for vocabularies that join
    // them all.
    private static readonly string[] s_before = ["\n", ".", "a", "0", "\u00FE", "A", ":", "\u4E00"];

    /// <summary>Encodes what follows.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="before">The ids that are there.</param>
    /// <param name="whole">The ids of the whole text encoded at once; what they decode to counts as right too, for tokenizers that change texts.</param>
    /// <param name="text">What follows.</param>
    /// <param name="specialTokensAsText">As in <see cref="Tokenizer.Encode"/>.</param>
    public static int[] Encode(Tokenizer tokenizer, ReadOnlySpan<int> before, ReadOnlySpan<int> whole, string text, bool specialTokensAsText)
    {
        string[] right = [tokenizer.Decode(before, skipSpecialTokens: false) + text, tokenizer.Decode(whole, skipSpecialTokens: false)];
        List<(int[] Ids, string Text)> candidates = [];
        foreach (int[] ids in Candidates(tokenizer, text, specialTokensAsText))
        {
            string decoded = tokenizer.Decode([.. before, .. ids], skipSpecialTokens: false);
            if (right.Contains(decoded))
            {
                return ids;
            }

            candidates.Add((ids, decoded));
        }

        int near = candidates.FindIndex(candidate => right.Any(other => Bare(other) == Bare(candidate.Text)));
        return candidates[Math.Max(0, near)].Ids;
    }

    private static IEnumerable<int[]> Candidates(Tokenizer tokenizer, string text, bool specialTokensAsText)
    {
        yield return tokenizer.Encode(text, addSpecialTokens: false, specialTokensAsText);
        foreach (string start in s_before)
        {
            int[] head = tokenizer.Encode(start, addSpecialTokens: false, specialTokensAsText);
            int[] joined = tokenizer.Encode(start + text, addSpecialTokens: false, specialTokensAsText);
            if (joined.AsSpan().StartsWith(head))
            {
                yield return joined[head.Length..];
            }
        }
    }

    private static string Bare(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));
}
