using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.PreTokenization;

/// <summary>Reads the pre-tokenizer of a tokenizer file.</summary>
internal static class PreTokenizerReader
{
    private const string Supported = "ByteLevel, Split, Digits, Metaspace, Punctuation, Whitespace, WhitespaceSplit, CharDelimiterSplit, BertPreTokenizer, FixedLength, Sequence";

    public static PreTokenizer Read(JsonPart part)
    {
        string type = part.Text("type");
        switch (type)
        {
            case "Sequence":
                part.AllowOnly("type", "pretokenizers");
                return new PreTokenizerSequence([.. part.Items("pretokenizers").Select(Read)]);
            case "ByteLevel":
                part.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
                return new ByteLevelPreTokenizer(part.Flag("add_prefix_space", true), part.Flag("use_regex", true));
            case "Split":
                part.AllowOnly("type", "pattern", "behavior", "invert");
                return new SplitPreTokenizer(PatternReader.Read(part.Get("pattern")), Behavior(part.Get("behavior")), part.Flag("invert", false));
            case "Digits":
                part.AllowOnly("type", "individual_digits");
                return new SplitPreTokenizer(new CodePointPattern(TokenizerCharacters.Numeric), part.Flag("individual_digits", false)
                    ? SplitBehavior.Isolated : SplitBehavior.Contiguous, invert: false);
            case "Punctuation":
                part.AllowOnly("type", "behavior");
                return new SplitPreTokenizer(new CodePointPattern(TokenizerCharacters.Punctuation), part.Find("behavior") is JsonPart behavior
                    ? Behavior(behavior) : SplitBehavior.Isolated, invert: false);
            case "Whitespace":
                part.AllowOnly("type");
                // The reference matches this one with another engine than its patterns; there the two joiners belong to words.
                return new SplitPreTokenizer(new CodePointRegex(@"[\w\u200C\u200D]+|[^\w\s\u200C\u200D]+"), SplitBehavior.Removed, invert: true);
            case "WhitespaceSplit":
                part.AllowOnly("type");
                return Words();
            case "BertPreTokenizer":
                part.AllowOnly("type");
                return new PreTokenizerSequence([Words(),
                    new SplitPreTokenizer(new CodePointPattern(TokenizerCharacters.Punctuation), SplitBehavior.Isolated, invert: false)]);
            case "CharDelimiterSplit":
                part.AllowOnly("type", "delimiter");
                return new SplitPreTokenizer(new LiteralPattern(part.Text("delimiter")), SplitBehavior.Removed, invert: false);
            case "FixedLength":
                part.AllowOnly("type", "length");
                return new FixedLengthPreTokenizer(part.Number("length", 1, int.MaxValue));
            case "Metaspace":
                part.AllowOnly("type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep");
                return new MetaspacePreTokenizer(Sign(part), Scheme(part), part.Flag("split", true));
            default:
                throw part.Unsupported(type, Supported);
        }
    }

    /// <summary>The sign that stands for a space.</summary>
    public static string Sign(JsonPart part)
    {
        string sign = part.Text("replacement");
        return sign.Length is 1 or 2 && sign.EnumerateRunes().Count() == 1 ? sign : throw part.Error($"has the replacement \"{sign}\"; it must be one character");
    }

    /// <summary>Where the sign is put in front; older files say it with <c>add_prefix_space</c>.</summary>
    public static PrependScheme Scheme(JsonPart part) => part.OptionalText("prepend_scheme") switch
    {
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        "always" => PrependScheme.Always,
        null => part.Flag("add_prefix_space", true) ? PrependScheme.Always : PrependScheme.Never,
        string scheme => throw part.Error($"has the prepend_scheme \"{scheme}\"; supported: first, never, always"),
    };

    private static SplitPreTokenizer Words() => new(new CodePointPattern(CodePointSet.WhiteSpace), SplitBehavior.Removed, invert: false);

    private static SplitBehavior Behavior(JsonPart part) =>
        Enum.TryParse(part.AsText(), ignoreCase: false, out SplitBehavior behavior) && Enum.IsDefined(behavior) && !char.IsAsciiDigit(part.AsText()[0])
            ? behavior
            : throw part.Error($"\"{part.AsText()}\" is not supported; supported: {string.Join(", ", Enum.GetNames<SplitBehavior>())}");
}
