using System.Text;

namespace Palimpsest.Text;

/// <summary>The byte-to-character table of byte-level BPE: printable Latin-1 characters stand for themselves, the other 68 bytes for the characters from U+0100 on.</summary>
/// <remarks>Radford et al., GPT-2, 2019 (<c>bytes_to_unicode</c>).</remarks>
internal static class ByteAlphabet
{
    private static readonly char[] ToChar = Build();
    private static readonly Dictionary<char, byte> ToByte = Enumerable.Range(0, 256).ToDictionary(b => ToChar[b], b => (byte)b);

    public static char Of(byte value) => ToChar[value];

    /// <summary>The UTF-8 bytes of a text in the alphabet.</summary>
    public static string Encode(ReadOnlySpan<char> text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        return string.Create(bytes.Length, bytes, static (target, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                target[i] = ToChar[source[i]];
            }
        });
    }

    /// <summary>Appends the bytes that a token stands for; a token with a character outside the alphabet is literal text.</summary>
    public static void Append(List<byte> target, string token)
    {
        if (token.All(ToByte.ContainsKey))
        {
            target.AddRange(token.Select(c => ToByte[c]));
        }
        else
        {
            target.AddRange(Encoding.UTF8.GetBytes(token));
        }
    }

    private static char[] Build()
    {
        char[] table = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            table[b] = b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255) ? (char)b : (char)next++;
        }

        return table;
    }
}
