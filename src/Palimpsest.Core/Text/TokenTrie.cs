using System.Buffers;

namespace Palimpsest.Text;

/// <summary>Finds the spellings of added tokens in a text: the leftmost, then the longest.</summary>
internal sealed class TokenTrie
{
    private readonly Dictionary<long, int> _edges = [];
    private readonly List<int> _tokens = [-1];
    private readonly SearchValues<char> _first;

    /// <param name="spellings">What to look for; the index of a spelling stands for it. Empty ones are never found.</param>
    public TokenTrie(IReadOnlyList<string> spellings)
    {
        for (int i = 0; i < spellings.Count; i++)
        {
            int node = 0;
            foreach (char character in spellings[i])
            {
                if (!_edges.TryGetValue(Edge(node, character), out int child))
                {
                    child = _tokens.Count;
                    _tokens.Add(-1);
                    _edges.Add(Edge(node, character), child);
                }

                node = child;
            }

            if (node != 0 && _tokens[node] < 0)
                _tokens[node] = i;
        }

        _first = SearchValues.Create([.. spellings.Where(spelling => spelling.Length > 0).Select(spelling => spelling[0])]);
    }

    /// <summary>The first match at or after <paramref name="from"/>; false when there is none.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int from, out int spelling, out int start, out int end)
    {
        for (start = from; start < text.Length; start++)
        {
            int skip = text[start..].IndexOfAny(_first);
            if (skip < 0)
                break;
            start += skip;
            (spelling, end) = (-1, 0);
            int node = 0;
            for (int i = start; i < text.Length && _edges.TryGetValue(Edge(node, text[i]), out node); i++)
            {
                if (_tokens[node] >= 0)
                    (spelling, end) = (_tokens[node], i + 1);
            }

            if (spelling >= 0)
                return true;
        }

        (spelling, start, end) = (-1, 0, 0);
        return false;
    }

    private static long Edge(int node, char character) => ((long)node << 16) | character;
}
