namespace Palimpsest.Text;

/// <summary>Decodes ids that arrive one by one, and gives out text only in whole characters.</summary>
/// <remarks>
/// A token may hold part of a character; what it decodes to is held back until the rest has come. Skipped special tokens give nothing. The pieces joined are the decoding of all ids, but for
/// bytes that never become a character: those are held back until <see cref="Flush"/>, or given out as U+FFFD once 16 ids have been held back (no character takes more than four bytes).
/// Not safe for use by several threads.
/// </remarks>
public sealed class DecodeStream
{
    private const int MostHeldBack = 16;
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly List<int> _ids = [];
    private string _given = "";
    private int _givenCount;

    internal DecodeStream(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>Takes one id; gives the text that is certain now, or null when there is nothing new.</summary>
    public string? Add(int id)
    {
        if (_skipSpecialTokens && _tokenizer.IsSpecial(id))
            return null;
        _ids.Add(id);
        string text = Decode(0);
        if (text.Length <= _given.Length && _ids.Count - _givenCount <= MostHeldBack)
            return null;
        if (text.EndsWith('\uFFFD') && _ids.Count - _givenCount <= MostHeldBack)
            return null;
        return Advance(text);
    }

    /// <summary>Gives what was held back, or null. Call it after the last id; the stream is as new afterwards.</summary>
    public string? Flush()
    {
        string text = Decode(0);
        string? rest = text.Length > _given.Length ? Rest(text) : null;
        _ids.Clear();
        (_given, _givenCount) = ("", 0);
        return rest;
    }

    // The ids of the piece just given out stay: what a token decodes to can depend on the one before it, as the leading space of Llama-2 does.
    private string? Advance(string text)
    {
        string rest = Rest(text);
        _ids.RemoveRange(0, _givenCount);
        _givenCount = _ids.Count;
        _given = Decode(0);
        return rest.Length == 0 ? null : rest;
    }

    // With byte fallback an invalid byte can turn a character that was given out into U+FFFD. What is out stays out.
    private string Rest(string text) => text.Length <= _given.Length ? "" : text.StartsWith(_given, StringComparison.Ordinal) ? text[_given.Length..] : Decode(_givenCount);

    private string Decode(int from) => _tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids)[from..], _skipSpecialTokens);
}
