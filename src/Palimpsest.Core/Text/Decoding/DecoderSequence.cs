namespace Palimpsest.Text.Decoding;

/// <summary>Decoders one after the other.</summary>
internal sealed class DecoderSequence(Decoder[] parts) : Decoder
{
    public override void Apply(List<string> tokens)
    {
        foreach (Decoder part in parts)
            part.Apply(tokens);
    }
}
