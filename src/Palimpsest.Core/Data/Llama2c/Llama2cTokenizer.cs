using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Palimpsest.Common;
using Palimpsest.Data.Gguf;
using Palimpsest.Text;

namespace Palimpsest.Data.Llama2c;

/// <summary>Reads the vocabulary file of llama2.c: the longest token's length, then score, length and bytes of each token of a SentencePiece vocabulary.</summary>
/// <remarks>Token 0 is the unknown one, 1 begins a text, 2 ends it, and <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> stand for bytes.</remarks>
public static class Llama2cTokenizer
{
    private const int Special = 3;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabularySize">Tokens it must hold; the file does not say.</param>
    /// <exception cref="PalimpsestException">The file is missing, truncated or longer, or holds what is no vocabulary.</exception>
    public static Tokenizer Read(string path, int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, Special + 1);
        byte[] bytes;
        try
        {
            bytes = RegularFile.ReadBytes(path, 1 << 28) ?? throw new PalimpsestException($"{path}: is too large for a vocabulary.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message})", error);
        }

        List<string> tokens = [];
        List<float> scores = [];
        List<int> types = [];
        int at = 4;
        while (tokens.Count < vocabularySize && at + 8 <= bytes.Length)
        {
            float score = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at));
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4)), id = tokens.Count;
            at += 8;
            if (length < 0 || length > bytes.Length - at || !Utf8.IsValid(bytes.AsSpan(at, length)))
            {
                throw new PalimpsestException($"{path}: token {id} of {length} bytes reaches past the end of the file or is no UTF-8. This is no vocabulary of llama2.c, or it is truncated.");
            }

            string token = Encoding.UTF8.GetString(bytes, at, length);
            at += length;
            bool isByte = token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>';
            types.Add((int)(id == 0 ? GgufTokenType.Unknown : id < Special ? GgufTokenType.Control : isByte ? GgufTokenType.Byte : GgufTokenType.Normal));
            tokens.Add(id < Special ? token.Trim('\n') : token.Replace(' ', '\u2581'));
            scores.Add(score);
        }

        if (tokens.Count != vocabularySize || at != bytes.Length)
        {
            throw new PalimpsestException($"{path}: does not hold exactly the {vocabularySize} tokens of the model. Put the vocabulary that belongs to the model beside it.");
        }

        GgufValue Many(GgufValueType type, Array items) => new(GgufValueType.Array, new GgufArray(type, items));
        GgufMetadata metadata = new(path, new Dictionary<string, GgufValue>(StringComparer.Ordinal)
        {
            ["tokenizer.ggml.tokens"] = Many(GgufValueType.String, tokens.ToArray()),
            ["tokenizer.ggml.scores"] = Many(GgufValueType.Float32, scores.ToArray()),
            ["tokenizer.ggml.token_type"] = Many(GgufValueType.Int32, types.ToArray()),
        });
        return GgufTokenizer.SentencePiece(metadata);
    }
}
