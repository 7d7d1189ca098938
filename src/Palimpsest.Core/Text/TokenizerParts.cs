using System.Globalization;
using System.Text;

namespace Palimpsest.Text;

/// <summary>The parts of a <c>tokenizer.json</c>, ready to run.</summary>
internal sealed class TokenizerParts
{
    public required Dictionary<string, int> Vocabulary { get; init; }

    public required BpeModel Model { get; init; }

    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    public required IReadOnlySet<int> SpecialIds { get; init; }

    public required IReadOnlyList<Func<string, string>> Normalizers { get; init; }

    /// <summary>Each turns a list of pieces into a finer one.</summary>
    public required IReadOnlyList<Func<IEnumerable<string>, IEnumerable<string>>> PreTokenizers { get; init; }

    /// <summary>Each turns a list of tokens into another.</summary>
    public required IReadOnlyList<Func<IReadOnlyList<string>, IReadOnlyList<string>>> Decoders { get; init; }

    public required IReadOnlyList<int> Before { get; init; }

    public required IReadOnlyList<int> After { get; init; }

    public string Normalize(string text) => Normalizers.Aggregate(text, (current, step) => step(current));

    public IEnumerable<string> Split(string text) => PreTokenizers.Aggregate((IEnumerable<string>)[text], (pieces, step) => step(pieces));

    public string Decode(IReadOnlyList<string> tokens) => string.Concat(Decoders.Aggregate(tokens, (current, step) => step(current)));

    /// <summary>All tokens together are bytes in the byte alphabet.</summary>
    public static IReadOnlyList<string> DecodeByteLevel(IReadOnlyList<string> tokens)
    {
        List<byte> bytes = [];
        foreach (string token in tokens)
        {
            ByteAlphabet.Append(bytes, token);
        }

        return [Encoding.UTF8.GetString([.. bytes])];
    }

    /// <summary>Runs of byte tokens become text; of a run that is not UTF-8 every byte becomes U+FFFD.</summary>
    public static IReadOnlyList<string> DecodeByteFallback(IReadOnlyList<string> tokens)
    {
        List<string> result = [];
        List<byte> run = [];
        void Flush()
        {
            if (run.Count > 0)
            {
                byte[] bytes = [.. run];
                result.Add(System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : new string('\uFFFD', bytes.Length));
                run.Clear();
            }
        }

        foreach (string token in tokens)
        {
            if (token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>' && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                run.Add(value);
            }
            else
            {
                Flush();
                result.Add(token);
            }
        }

        Flush();
        return result;
    }

    /// <summary>Takes up to so many of a character from both ends of each token.</summary>
    public static IReadOnlyList<string> DecodeStrip(IReadOnlyList<string> tokens, char content, int start, int stop) => [.. tokens.Select(token =>
    {
        int from = 0, to = token.Length;
        while (from < start && from < to && token[from] == content)
        {
            from++;
        }

        for (int i = 0; i < stop && to > from && token[to - 1] == content; i++)
        {
            to--;
        }

        return token[from..to];
    })];
}
