using Palimpsest.Text.Normalization;
using Palimpsest.Text.PreTokenization;

namespace Palimpsest.Text.Decoding;

/// <summary>Reads the decoder of a tokenizer file.</summary>
internal static class DecoderReader
{
    private const string Supported = "ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace, BPEDecoder, WordPiece, Sequence";

    public static Decoder Read(JsonPart part)
    {
        string type = part.Text("type");
        switch (type)
        {
            case "Sequence":
                part.AllowOnly("type", "decoders");
                return new DecoderSequence(part.Items("decoders").Select(Read));
            case "ByteLevel":
                part.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
                return new ByteLevelDecoder();
            case "ByteFallback":
                part.AllowOnly("type");
                return new ByteFallbackDecoder();
            case "Fuse":
                part.AllowOnly("type");
                return new FuseDecoder();
            case "Strip":
                part.AllowOnly("type", "content", "start", "stop");
                string content = part.Text("content");
                return content.Length > 0 ? new StripDecoder(content, part.Number("start", 0, int.MaxValue), part.Number("stop", 0, int.MaxValue)) : throw part.Error("has an empty \"content\"");
            case "Replace":
                part.AllowOnly("type", "pattern", "content");
                Normalizer replace = NormalizerReader.Read(part);
                return new MapDecoder((token, _, _) => replace.Apply(token));
            case "Metaspace":
                part.AllowOnly("type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep");
                return Metaspace(PreTokenizerReader.Sign(part), PreTokenizerReader.Scheme(part) != PrependScheme.Never);
            case "BPEDecoder":
                part.AllowOnly("type", "suffix");
                string suffix = part.OptionalText("suffix") ?? "</w>";
                return suffix.Length == 0
                    ? throw part.Error("has an empty \"suffix\"")
                    : new MapDecoder((token, i, count) => token.Replace(suffix, i == count - 1 ? "" : " ", StringComparison.Ordinal));
            case "WordPiece":
                part.AllowOnly("type", "prefix", "cleanup");
                return new WordPieceDecoder(part.OptionalText("prefix") ?? "##", part.Flag("cleanup", true));
            default:
                throw part.Unsupported(type, Supported);
        }
    }

    // The first token loses its signs, since the pre-tokenizer put one there; all others are spaces.
    private static MapDecoder Metaspace(string sign, bool prefixed) => new((token, i, _) => token.Replace(sign, i == 0 && prefixed ? "" : " ", StringComparison.Ordinal));
}
