using System.Buffers.Binary;
using System.Text;

namespace Palimpsest.Text.Normalization;

/// <summary>The replacements that a SentencePiece model brings along: a double-array trie over UTF-8 bytes, and the texts that its values point to.</summary>
/// <remarks>Layout: the trie's length in bytes as four bytes, the trie as four-byte units of darts-clone, then texts that each end in a zero byte. All little-endian.</remarks>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _texts;

    /// <exception cref="FormatException">The length in front does not fit.</exception>
    public CharacterMap(ReadOnlySpan<byte> blob)
    {
        int length = blob.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(blob);
        if (length < 4 || length % 4 != 0 || length > blob.Length - 4)
        {
            throw new FormatException("has a \"precompiled_charsmap\" that is cut off or is no character map");
        }

        _units = new uint[length / 4];
        for (int i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (4 * i))..]);
        }

        _texts = blob[(4 + length)..].ToArray();
    }

    /// <summary>What the shortest mapped beginning of a text becomes, or null when no beginning is mapped.</summary>
    public string? Find(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (text.Length * 3 > bytes.Length)
        {
            bytes = new byte[text.Length * 3];
        }

        bytes = bytes[..Encoding.UTF8.GetBytes(text, bytes)];
        uint at = Offset(_units[0]);
        foreach (byte value in bytes)
        {
            at ^= value;
            if (value == 0 || at >= (uint)_units.Length || (_units[at] & 0x800000FF) != value)
            {
                return null;
            }

            uint unit = _units[at];
            at ^= Offset(unit);
            if ((unit >> 8 & 1) != 0)
            {
                return at < (uint)_units.Length ? TextAt(_units[at] & 0x7FFFFFFF) : null;
            }
        }

        return null;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);

    private string? TextAt(uint start)
    {
        if (start > (uint)_texts.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = _texts.AsSpan((int)start);
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
