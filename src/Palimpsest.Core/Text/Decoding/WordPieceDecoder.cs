namespace Palimpsest.Text.Decoding;

/// <summary>Joins the parts of words and puts spaces between words; may clean up what English writes without a space.</summary>
/// <remarks>The clean-up works on each token by itself, as in the reference: an apostrophe that is a token of its own is not joined.</remarks>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : Decoder
{
    private static readonly (string Written, string Joined)[] s_joins =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (i > 0)
            {
                token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            }

            tokens[i] = cleanup ? Clean(token) : token;
        }
    }

    private static string Clean(string token)
    {
        if (!token.Contains(' ', StringComparison.Ordinal))
        {
            return token;
        }

        foreach ((string written, string joined) in s_joins)
        {
            token = token.Replace(written, joined, StringComparison.Ordinal);
        }

        return token;
    }
}
