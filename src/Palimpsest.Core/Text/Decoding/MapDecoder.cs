namespace Palimpsest.Text.Decoding;

/// <summary>Changes every token by itself, knowing its place and how many there are.</summary>
internal sealed class MapDecoder(Func<string, int, int, string> change) : Decoder
{
    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
            tokens[i] = change(tokens[i], i, tokens.Count);
    }
}
