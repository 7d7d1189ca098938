using CsCheck;
using Palimpsest.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Tests.Text;

public sealed class TokenizerPropertyTests
{
    private const string Llama3Split = """
        {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}
        """;

    private static readonly TinyTokenizer s_bytes = TinyTokenizer.Bytes("a b", "Ġ a", "Ġa b", "ab c", "d d", "dd dd", "Ġ Ġ", "Ã ©");

    [Fact]
    public void Decode_OfEncode_IsTheText()
    {
        Tokenizer gpt2 = s_bytes.Parse();
        Tokenizer llama3 = TinyTokenizer.Bytes("a b", "Ġ a", "Ġa b", "ab c").With("pre_tokenizer", Llama3Split).Parse();
        TextGenerators.Scalars.Sample(text =>
        {
            Assert.Equal(text, gpt2.Decode(gpt2.Encode(text)));
            Assert.Equal(text, llama3.Decode(llama3.Encode(text)));
        }, iter: 5_000);
    }

    [Fact]
    public void Decode_OfEncodeWithByteFallback_IsTheText()
    {
        string bytes = string.Join(' ', Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"));
        Tokenizer tokenizer = TinyTokenizer.Of(bytes + " ▁ a b ▁a ab ▁ab", "▁ a", "a b", "▁ ab").WithModel("byte_fallback", true)
            .With("normalizer", """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""")
            .With("decoder", """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""")
            .Parse();
        TextGenerators.Scalars.Where(text => !text.Contains('▁', StringComparison.Ordinal)).Sample(text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))), iter: 3_000);
    }

    [Fact]
    public void Encode_TextCutIntoStretchesByTokens_DoesNotDependOnWhatElseIsThere()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes("a b", "Ġ a").Add(258, "<|x|>", special: true).Parse();
        Gen.Select(TextGenerators.Scalars, TextGenerators.Scalars).Where((a, b) => !(a + b).Contains('|', StringComparison.Ordinal)).Sample((a, b) =>
            Assert.Equal([.. tokenizer.Encode(a), 258, .. tokenizer.Encode(b)], tokenizer.Encode(a + "<|x|>" + b)), iter: 2_000);
    }

    [Fact]
    public void DecodeStream_Pieces_JoinToTheText()
    {
        Tokenizer tokenizer = s_bytes.Parse();
        TextGenerators.Scalars.Sample(text =>
        {
            DecodeStream stream = tokenizer.DecodeStream();
            string joined = string.Concat(tokenizer.Encode(text).Select(stream.Add)) + stream.Flush();
            Assert.Equal(text, joined);
        }, iter: 3_000);
    }

    [Fact]
    public void DecodeStream_AnyBytes_NeverGivesHalfACharacterAndEnds()
    {
        Tokenizer tokenizer = s_bytes.Parse();
        Gen.Int[0, 255].Array[0, 100].Sample(ids =>
        {
            DecodeStream stream = tokenizer.DecodeStream();
            string joined = string.Concat(ids.Select(stream.Add)) + stream.Flush();
            Assert.Equal(joined, CodePoints.WithoutLoneSurrogates(joined));
            Assert.Equal(tokenizer.Decode(ids).Replace("\uFFFD", "", StringComparison.Ordinal), joined.Replace("\uFFFD", "", StringComparison.Ordinal));
        }, iter: 3_000);
    }
}
