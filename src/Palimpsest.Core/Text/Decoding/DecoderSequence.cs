namespace Palimpsest.Text.Decoding;

/// <summary>Decoders one after the other. Sequences inside sequences are taken apart, so that one limit holds for the whole.</summary>
internal sealed class DecoderSequence(IEnumerable<Decoder> parts) : Decoder
{
    private readonly Decoder[] _parts = [.. parts.SelectMany(part => part is DecoderSequence inner ? inner._parts : [part])];

    public override void Apply(List<string> tokens)
    {
        long before = Length(tokens);
        foreach (Decoder part in _parts)
        {
            part.Apply(tokens);
            Growth.Check(before, Length(tokens));
        }
    }

    private static long Length(List<string> tokens)
    {
        long length = 0;
        foreach (string token in tokens)
            length += token.Length;
        return length;
    }
}
