using System.Globalization;

namespace Palimpsest.Text;

/// <summary>The tokens of a model and their ids, both ways.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly string?[] _tokens;
    private readonly int[] _direct = new int[0x400];

    public Vocabulary(Dictionary<string, int> ids)
        : this(ids, new string?[ids.Count == 0 ? 0 : ids.Values.Max() + 1], ids.Count)
    {
        foreach ((string token, int id) in ids)
            _tokens[id] = token;
    }

    /// <summary>A list where a token may stand more than once; its id is the last place.</summary>
    public Vocabulary(List<string> tokens)
        : this(Last(tokens), [.. tokens], tokens.Count)
    {
    }

    private Vocabulary(Dictionary<string, int> ids, string?[] tokens, int count)
    {
        Count = count;
        _ids = ids;
        _lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = tokens;
        for (int character = 0; character < _direct.Length; character++)
            _direct[character] = IdOf([(char)character]) ?? -1;

        ByteIds = new int[256];
        for (int value = 0; value < 256; value++)
            ByteIds[value] = IdOf(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>")) ?? -1;
    }

    /// <summary>The ids of <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, -1 for those that are missing.</summary>
    public int[] ByteIds { get; }

    /// <summary>The highest id and one.</summary>
    public int Size => _tokens.Length;

    /// <summary>How many tokens there are, as the library counts them: of a list, its length.</summary>
    public int Count { get; }

    public int? IdOf(ReadOnlySpan<char> token) => _lookup.TryGetValue(token, out int id) ? id : null;

    /// <summary>The id of one character (one or two UTF-16 units), or -1.</summary>
    public int IdOfCharacter(ReadOnlySpan<char> character) => character.Length == 1 && character[0] < _direct.Length ? _direct[character[0]] : IdOf(character) ?? -1;

    public string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    public IEnumerable<string> Tokens => _ids.Keys;

    private static Dictionary<string, int> Last(List<string> tokens)
    {
        Dictionary<string, int> ids = new(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
            ids[tokens[id]] = id;
        return ids;
    }
}
