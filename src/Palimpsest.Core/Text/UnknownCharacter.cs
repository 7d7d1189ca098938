using System.Globalization;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text;

/// <summary>The error for a text with something that a vocabulary has no token for, not even one for the unknown. Such vocabularies are valid, and encode all
/// other texts.</summary>
internal static class UnknownCharacter
{
    private const int Longest = 40;

    /// <param name="piece">The character, or the word.</param>
    /// <param name="why">Why there is no token for the unknown.</param>
    public static PalimpsestException Error(ReadOnlySpan<char> piece, string why)
    {
        string name = CodePoints.Count(piece) == 1
            ? string.Create(CultureInfo.InvariantCulture, $"the character \"{piece}\" (U+{CodePoints.At(piece, 0, out _):X4})")
            : $"\"{piece[..Math.Min(piece.Length, Longest)]}{(piece.Length > Longest ? "..." : "")}\"";
        return new PalimpsestException($"The tokenizer has no token for {name}, and {why}. Take the text out, or a tokenizer that knows it.");
    }
}
