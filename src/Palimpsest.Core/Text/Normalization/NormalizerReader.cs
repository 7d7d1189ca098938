namespace Palimpsest.Text.Normalization;

/// <summary>Reads the normalizer of a tokenizer file.</summary>
internal static class NormalizerReader
{
    private const int MaximumContent = 1_000;
    private const string Supported = "NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, StripAccents, ByteLevel, BertNormalizer, Nmt, Precompiled, Sequence";

    public static Normalizer Read(JsonPart part)
    {
        string type = part.Text("type");
        switch (type)
        {
            case "Sequence":
                part.AllowOnly("type", "normalizers");
                return new NormalizerSequence(part.Items("normalizers").Select(Read));
            case "NFC" or "NFD" or "NFKC" or "NFKD":
                part.AllowOnly("type");
                return new UnicodeNormalizer(composed: type.EndsWith('C'), compatibility: type.Contains('K', StringComparison.Ordinal));
            case "Lowercase":
                part.AllowOnly("type");
                return new LowercaseNormalizer();
            case "StripAccents":
                part.AllowOnly("type");
                return new StripAccentsNormalizer();
            case "ByteLevel":
                part.AllowOnly("type");
                return new ByteLevelNormalizer();
            case "Nmt":
                part.AllowOnly("type");
                return new NmtNormalizer();
            case "Precompiled":
                part.AllowOnly("type", "precompiled_charsmap");
                return Precompiled(part);
            case "Prepend":
                part.AllowOnly("type", "prepend");
                return new PrependNormalizer(Content(part, "prepend"));
            case "Replace":
                part.AllowOnly("type", "pattern", "content");
                return new ReplaceNormalizer(PatternReader.Read(part.Get("pattern")), Content(part, "content"));
            case "Strip":
                part.AllowOnly("type", "strip_left", "strip_right");
                return new StripNormalizer(part.Flag("strip_left", true), part.Flag("strip_right", true));
            case "BertNormalizer":
                part.AllowOnly("type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase");
                bool lowercase = part.Flag("lowercase", true);
                return new BertNormalizer(part.Flag("clean_text", true), part.Flag("handle_chinese_chars", true), part.Flag("strip_accents", lowercase), lowercase);
            default:
                throw part.Unsupported(type, Supported);
        }
    }

    // A model without replacements has an empty map.
    private static Normalizer Precompiled(JsonPart part)
    {
        try
        {
            byte[] blob = Convert.FromBase64String(part.Text("precompiled_charsmap"));
            return blob.Length == 0 ? new NormalizerSequence([]) : new PrecompiledNormalizer(new CharacterMap(blob));
        }
        catch (FormatException error)
        {
            throw new PalimpsestException(part.Error(error.Message).Message, error);
        }
    }

    // A limit, since a short text with many matches would otherwise grow without bound.
    private static string Content(JsonPart part, string name)
    {
        string content = part.Text(name);
        return content.Length <= MaximumContent ? content : throw part.Error($"has a \"{name}\" of {content.Length} characters; the longest supported is {MaximumContent}");
    }
}
