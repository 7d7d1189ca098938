namespace Palimpsest.Text.Decoding;

/// <summary>Joins all tokens into one, so that what follows sees the whole text.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override void Apply(List<string> tokens)
    {
        string text = string.Concat(tokens);
        tokens.Clear();
        tokens.Add(text);
    }
}
