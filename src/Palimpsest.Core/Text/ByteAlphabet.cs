using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text;

/// <summary>The 256 printable characters that stand for bytes in byte-level vocabularies.</summary>
/// <remarks>Radford et al., Language Models are Unsupervised Multitask Learners, 2019, released code (<c>bytes_to_unicode</c>): printable Latin-1 bytes stand for themselves, the other 68 are U+0100 onwards in order.</remarks>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = new char[256];
    private static readonly short[] s_bytes = new short[0x144];

    static ByteAlphabet()
    {
        Array.Fill(s_bytes, (short)-1);
        char next = '\u0100';
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
            s_characters[value] = printable ? (char)value : next++;
            s_bytes[s_characters[value]] = (short)value;
        }
    }

    /// <summary>The character of each byte.</summary>
    public static ReadOnlySpan<char> Characters => s_characters;

    /// <summary>The byte of a character, or -1.</summary>
    public static int ByteOf(char character) => character < s_bytes.Length ? s_bytes[character] : -1;

    /// <summary>The UTF-8 bytes of a text, each as its character.</summary>
    public static string Encode(ReadOnlySpan<char> text)
    {
        StringBuilder result = new(text.Length + 16);
        for (int i = 0; i < text.Length;)
            i += Append(result, text, i);
        return result.ToString();
    }

    /// <summary>Appends the bytes of the code point at <paramref name="index"/>; gives its length in UTF-16 units.</summary>
    public static int Append(StringBuilder result, ReadOnlySpan<char> text, int index)
    {
        char first = text[index];
        if (first < 0x80)
        {
            result.Append(s_characters[first]);
            return 1;
        }

        Rune rune = new(CodePoints.At(text, index, out int length));
        Span<byte> bytes = stackalloc byte[4];
        foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
            result.Append(s_characters[value]);
        return length;
    }
}
