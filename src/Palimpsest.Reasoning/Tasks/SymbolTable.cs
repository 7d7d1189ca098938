namespace Palimpsest.Reasoning.Tasks;

/// <summary>The tokens of a generated task: one a character, and one that ends a solution. A step ends with a line end.</summary>
/// <param name="symbols">The characters, each once.</param>
public sealed class SymbolTable(string symbols)
{
    /// <summary>The token that ends a solution.</summary>
    public const int End = 0;

    private readonly string _all = "\0" + symbols;

    /// <summary>Different tokens.</summary>
    public int Count => _all.Length;

    /// <summary>The token of a line end.</summary>
    public int LineEnd => _all.IndexOf('\n', StringComparison.Ordinal);

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">Of the table's characters.</param>
    /// <exception cref="ArgumentException">A character is not in the table.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int[] ids = [.. text.Select(symbol => _all.IndexOf(symbol, StringComparison.Ordinal))];
        return ids.All(id => id > End) ? ids : throw new ArgumentException($"\"{text}\" holds a character that is no symbol of the task.", nameof(text));
    }

    /// <summary>The text of tokens; the end is no text.</summary>
    /// <param name="ids">Of this table.</param>
    public string Decode(ReadOnlySpan<int> ids)
    {
        char[] text = new char[ids.Length];
        int length = 0;
        foreach (int id in ids)
        {
            text[length] = _all[id];
            length += id == End ? 0 : 1;
        }

        return new string(text, 0, length);
    }
}
