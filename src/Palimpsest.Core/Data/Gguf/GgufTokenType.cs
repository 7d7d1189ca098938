namespace Palimpsest.Data.Gguf;

/// <summary>What a token of the vocabulary is; the numbers are those of <c>tokenizer.ggml.token_type</c>.</summary>
internal enum GgufTokenType
{
    Undefined = 0,
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
