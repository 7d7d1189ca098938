namespace Palimpsest.Text.Decoding;

/// <summary>Takes up to so many of a character off the ends of every token.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            ReadOnlySpan<char> token = tokens[i];
            for (int n = 0; n < start && token.StartsWith(content, StringComparison.Ordinal); n++)
                token = token[content.Length..];
            for (int n = 0; n < stop && token.EndsWith(content, StringComparison.Ordinal); n++)
                token = token[..^content.Length];
            if (token.Length < tokens[i].Length)
                tokens[i] = token.ToString();
        }
    }
}
