namespace Palimpsest.Data.Gguf;

/// <summary>How byte-level BPE vocabularies cut a text into pieces, by the name that <c>tokenizer.ggml.pre</c> gives.</summary>
/// <remarks>The patterns are those of the models' own <c>tokenizer.json</c> files.</remarks>
internal sealed record GgufPreTokenizer
{
    /// <summary>The name under which llama.cpp cuts texts where a file gives none.</summary>
    public const string Default = "default";

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Tail = @"\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";

    private static readonly GgufPreTokenizer s_gpt2 = new();

    // llama.cpp (llama-vocab.cpp), the patterns of no model in particular, one after the other.
    private static readonly GgufPreTokenizer s_default = new()
    {
        Before = [@"[\p{P}\$\+<=>\^~\|]+", @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)", @"\p{N}+"],
        Pattern = "[0-9][0-9][0-9]",
    };

    private static readonly GgufPreTokenizer s_digits = new() { IndividualDigits = true };
    private static readonly GgufPreTokenizer s_threeDigits = new() { Pattern = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + Tail };
    private static readonly GgufPreTokenizer s_llama3 = s_threeDigits with { IgnoreMerges = true, AddsBegin = true };
    private static readonly GgufPreTokenizer s_qwen2 = new() { Pattern = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + Tail };

    private static readonly GgufPreTokenizer s_gpt4o = new()
    {
        Pattern = @"[^\r\n\p{L}\p{N}]?" + Upper + "*" + Lower + "+" + Contractions + @"?|[^\r\n\p{L}\p{N}]?" + Upper + "+" + Lower + "*" + Contractions + @"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + Tail,
    };

    private static readonly GgufPreTokenizer s_tekken = new()
    {
        Pattern = @"[^\r\n\p{L}\p{N}]?" + Upper + "*" + Lower + @"+|[^\r\n\p{L}\p{N}]?" + Upper + "+" + Lower + @"*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + Tail,
        IgnoreMerges = true,
        AddsBegin = true,
    };

    /// <summary>All that are known.</summary>
    public static IReadOnlyDictionary<string, GgufPreTokenizer> ByName { get; } = new SortedDictionary<string, GgufPreTokenizer>(StringComparer.Ordinal)
    {
        [Default] = s_default,
        ["gpt-2"] = s_gpt2,
        ["phi-2"] = s_gpt2,
        ["olmo"] = s_gpt2,
        ["mpt"] = s_gpt2,
        ["smollm"] = s_digits,
        ["starcoder"] = s_digits,
        ["refact"] = s_digits,
        ["command-r"] = s_digits,
        ["codeshell"] = s_digits,
        ["llama-bpe"] = s_llama3,
        ["llama3"] = s_llama3,
        ["llama-v3"] = s_llama3,
        ["dbrx"] = s_threeDigits,
        ["smaug-bpe"] = s_threeDigits,
        ["qwen2"] = s_qwen2,
        ["stablelm2"] = s_qwen2,
        ["deepseek-r1-qwen"] = s_qwen2,
        ["gpt-4o"] = s_gpt4o,
        ["tekken"] = s_tekken,
    };

    /// <summary>Patterns whose matches are pieces of their own, applied before <see cref="Pattern"/>.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>What a piece looks like; null for GPT-2's pattern.</summary>
    public string? Pattern { get; init; }

    /// <summary>Every digit is a piece, before the pattern.</summary>
    public bool IndividualDigits { get; init; }

    /// <summary>A piece that is in the vocabulary is one token, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>A text begins with the begin token unless the file says otherwise.</summary>
    public bool AddsBegin { get; init; }
}
