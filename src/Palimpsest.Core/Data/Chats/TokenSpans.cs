using Palimpsest.Text;

namespace Palimpsest.Data.Chats;

/// <summary>Which tokens of a text lie in a stretch of it, be it in part.</summary>
/// <remarks>
/// The tokenizer gives no offsets. Where decoding the tokens gives the text back, as with byte-level vocabularies, the text of the first so many tokens says
/// where each ends; a character in several
/// tokens belongs to all of them. Elsewhere the tokens of the text up to a place tell, as far as they are those of the whole text; white space that joins other
/// tokens there can move a border.
/// </remarks>
internal sealed class TokenSpans(Tokenizer tokenizer, string text, int[] ids, Func<string, int[]> encode)
{
    private readonly bool _decodes = tokenizer.Decode(ids, skipSpecialTokens: false) == text;

    /// <summary>For each token whether it lies in one of the stretches.</summary>
    public bool[] Within(IEnumerable<Range> stretches)
    {
        bool[] inside = new bool[ids.Length];
        foreach (Range stretch in stretches)
        {
            (int from, int to) = (First(stretch.Start.Value), Last(stretch.End.Value));
            inside.AsSpan(from, Math.Max(0, to - from)).Fill(true);
        }

        return inside;
    }

    /// <summary>The first token that holds the character at a place, or a part of it.</summary>
    private int First(int place)
    {
        if (!_decodes)
        {
            return encode(text[..place]).AsSpan().CommonPrefixLength(ids);
        }

        int tokens = Least(place);
        return tokens > 0 && Characters(tokens) > place ? tokens - 1 : tokens;
    }

    /// <summary>The token behind the last one that holds a part of what stands before a place.</summary>
    private int Last(int place)
    {
        if (_decodes)
        {
            return Least(place);
        }

        int[] before = encode(text[..place]);
        int common = before.AsSpan().CommonPrefixLength(ids);
        return Math.Min(ids.Length, common + (common < before.Length ? 1 : 0));
    }

    /// <summary>The least number of tokens that give the text up to a place.</summary>
    private int Least(int place)
    {
        int low = 0, high = ids.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Characters(middle) >= place ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>The whole characters in the first tokens.</summary>
    private int Characters(int tokens) => tokenizer.Decode(ids.AsSpan(0, tokens), skipSpecialTokens: false).AsSpan().CommonPrefixLength(text);
}
