using System.Buffers;
using System.Text;

namespace Palimpsest.Text.Decoding;

/// <summary>Reads the byte alphabet. A token with any other character in it is taken literally; invalid parts of the UTF-8 become U+FFFD, one for each maximal prefix.</summary>
internal sealed class ByteLevelDecoder : Decoder
{
    public override void Apply(List<string> tokens)
    {
        ArrayBufferWriter<byte> bytes = new(256);
        foreach (string token in tokens)
        {
            Span<byte> target = bytes.GetSpan((token.Length * 3) + 1);
            int count = 0;
            foreach (char character in token)
            {
                int value = ByteAlphabet.ByteOf(character);
                if (value < 0)
                {
                    count = Encoding.UTF8.GetBytes(token, target);
                    break;
                }

                target[count++] = (byte)value;
            }

            bytes.Advance(count);
        }

        string text = Encoding.UTF8.GetString(bytes.WrittenSpan);
        tokens.Clear();
        tokens.Add(text);
    }
}
