using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Palimpsest.Common;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Keeps owners' vectors encrypted, as fixed-point codes, so that an owner can leave without its data and on another machine. The key lies in a file outside the store.</summary>
/// <remarks>AES-256-GCM over chunks; a chunk's nonce is random, and owner and place are authenticated with it, so that chunks can be neither exchanged nor left out.</remarks>
internal sealed class VectorVault
{
    private const int ChunkLength = 1 << 17;
    private const int NonceBytes = 12, TagBytes = 16, KeyBytes = 32, MostKeyBytes = 1 << 10;
    private readonly byte[] _key;

    private VectorVault(byte[] key) => _key = key;

    /// <summary>Reads the key, or makes one.</summary>
    /// <exception cref="PalimpsestException">There is no key and none may be made, or the file is no key.</exception>
    public static VectorVault Open(string keyFile, bool create)
    {
        if (!File.Exists(keyFile))
        {
            if (!create)
            {
                throw new PalimpsestException($"{keyFile}: the key of the kept vectors is not there. Name the file of the key, or give the owner's "
                    + "data so that the vector can be made again.");
            }

            AtomicFile.WriteText(keyFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n", onlyForUser: true);
        }

        string text;
        try
        {
            text = RegularFile.ReadText(keyFile, MostKeyBytes)?.Trim() ?? "";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{keyFile}: the key of the kept vectors cannot be read ({problem.Message.TrimEnd('.')}). Check its "
                + "permissions, or name another file.", problem);
        }

        return text.Length == 2 * KeyBytes && text.All(char.IsAsciiHexDigit) ? new VectorVault(Convert.FromHexString(text)) : throw new PalimpsestException($"{keyFile}: is no key. A key is one line of {2 * KeyBytes} hexadecimal digits.");
    }

    /// <summary>Encrypts a vector into a file.</summary>
    public void Write(string path, string owner, ReadOnlySpan<float> vector, FixedPointFormat format)
    {
        float[] copy = vector.ToArray();
        AtomicFile.Write(
            path,
            stream =>
            {
                using AesGcm cipher = new(_key, TagBytes);
                long[] codes = new long[ChunkLength];
                byte[] sealed_ = new byte[NonceBytes + TagBytes + (ChunkLength * sizeof(long))];
                for (int offset = 0; offset < copy.Length; offset += ChunkLength)
                {
                    int length = Math.Min(ChunkLength, copy.Length - offset);
                    format.Quantize(copy.AsSpan(offset, length), codes, offset);
                    Span<byte> nonce = sealed_.AsSpan(0, NonceBytes), tag = sealed_.AsSpan(NonceBytes, TagBytes), secret = sealed_.AsSpan(NonceBytes + TagBytes, length * sizeof(long));
                    RandomNumberGenerator.Fill(nonce);
                    cipher.Encrypt(nonce, MemoryMarshal.AsBytes(codes.AsSpan(0, length)), secret, tag, Place(owner, offset));
                    stream.Write(sealed_, 0, NonceBytes + TagBytes + secret.Length);
                }
            },
            onlyForUser: true);
        Array.Clear(copy);
    }

    /// <summary>Decrypts a vector.</summary>
    /// <exception cref="PalimpsestException">The file is damaged, cut, of another owner, or the key is another.</exception>
    public float[] Read(string path, string owner, long count, FixedPointFormat format)
    {
        float[] vector = new float[count];
        using AesGcm cipher = new(_key, TagBytes);
        byte[] chunk = new byte[NonceBytes + TagBytes + (ChunkLength * sizeof(long))];
        long[] codes = new long[ChunkLength];
        try
        {
            using FileStream stream = File.OpenRead(path);
            for (int offset = 0; offset < vector.Length; offset += ChunkLength)
            {
                int length = Math.Min(ChunkLength, vector.Length - offset), bytes = NonceBytes + TagBytes + (length * sizeof(long));
                stream.ReadExactly(chunk, 0, bytes);
                cipher.Decrypt(chunk.AsSpan(0, NonceBytes), chunk.AsSpan(NonceBytes + TagBytes, length * sizeof(long)), chunk.AsSpan(NonceBytes, TagBytes), MemoryMarshal.AsBytes(codes.AsSpan(0, length)), Place(owner, offset));
                format.Dequantize(codes.AsSpan(0, length), vector.AsSpan(offset, length));
            }

            return vector;
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: the kept vector cannot be decrypted: it is damaged or missing, or the key is another one. Give "
                + "the owner's data so that the vector can be made again.", problem);
        }
    }

    private static byte[] Place(string owner, long offset)
    {
        byte[] place = new byte[24];
        Convert.FromHexString(owner).CopyTo(place, 0);
        BinaryPrimitives.WriteInt64LittleEndian(place.AsSpan(16), offset);
        return place;
    }
}
