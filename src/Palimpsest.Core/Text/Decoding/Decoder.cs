namespace Palimpsest.Text.Decoding;

/// <summary>Turns tokens back into text, one step of a chain. Immutable.</summary>
internal abstract class Decoder
{
    /// <summary>Changes the tokens in place; joined at the end of the chain they are the text.</summary>
    public abstract void Apply(List<string> tokens);
}
