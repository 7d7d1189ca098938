namespace Palimpsest.Text;

/// <summary>Finds the tokens that a text starts with. Filled once, then only read.</summary>
internal sealed class PrefixTrie
{
    // The largest public vocabularies (250,000 tokens) need two million.
    private const int MaximumNodes = 1 << 23;
    private ulong[] _keys = new ulong[1 << 10];
    private int[] _children = new int[1 << 10];
    private readonly List<int> _ids = [-1];

    /// <summary>Adds a token; of equal ones the last counts. An empty one is never found.</summary>
    /// <exception cref="FormatException">There are more than eight million different beginnings of tokens.</exception>
    public void Add(ReadOnlySpan<char> token, int id)
    {
        int node = 0;
        foreach (char character in token)
        {
            int slot = Slot(_keys, Key(node, character));
            if (_keys[slot] == 0)
            {
                if (_ids.Count == MaximumNodes)
                {
                    throw new FormatException("has a vocabulary that is too large for this kind of model");
                }

                _keys[slot] = Key(node, character);
                _children[slot] = _ids.Count;
                _ids.Add(-1);
                if (_ids.Count * 2 > _keys.Length)
                {
                    node = _ids.Count - 1;
                    Grow();
                    continue;
                }
            }

            node = _children[slot];
        }

        if (node > 0)
        {
            _ids[node] = id;
        }
    }

    /// <summary>One character further from a node (0 is the root): the node there, or 0 when no token goes on like this.</summary>
    public int Next(int node, char character)
    {
        int slot = Slot(_keys, Key(node, character));
        return _keys[slot] == 0 ? 0 : _children[slot];
    }

    /// <summary>The id of the token that ends at a node, or -1.</summary>
    public int IdAt(int node) => _ids[node];

    /// <summary>The length of the longest token that a text starts with, or 0.</summary>
    public int Longest(ReadOnlySpan<char> text, out int id)
    {
        id = -1;
        int length = 0, node = 0;
        for (int i = 0; i < text.Length && (node = Next(node, text[i])) != 0; i++)
        {
            if (_ids[node] >= 0)
            {
                id = _ids[node];
                length = i + 1;
            }
        }

        return length;
    }

    // Never 0: one more than the node.
    private static ulong Key(int node, char character) => ((ulong)(uint)(node + 1) << 16) | character;

    private static int Slot(ulong[] keys, ulong key)
    {
        int mask = keys.Length - 1, slot = (int)((key * 0x9E3779B97F4A7C15) >> 32) & mask;
        while (keys[slot] != key && keys[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        ulong[] keys = new ulong[_keys.Length * 2];
        int[] children = new int[keys.Length];
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_keys[i] != 0)
            {
                int slot = Slot(keys, _keys[i]);
                (keys[slot], children[slot]) = (_keys[i], _children[i]);
            }
        }

        (_keys, _children) = (keys, children);
    }
}
