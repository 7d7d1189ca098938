using Palimpsest.Common;
using Palimpsest.Text;

namespace Palimpsest.Tests.Text;

public sealed class TokenizerTests
{
    private const string Llama = """
        {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}
        """;

    private const string LlamaDecoder = """
        {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
        """;

    [Fact]
    public void Encode_Merges_FollowTheirRanksAndNotThePlace()
    {
        // l+o comes before o+w in the list, so "low" is lo w and never l ow.
        Tokenizer tokenizer = TinyTokenizer.Of("l o w lo ow low", "l o", "o w", "lo w").Parse();
        Assert.Equal([5], tokenizer.Encode("low"));
        Assert.Equal([5, 4], tokenizer.Encode("lowow"));
        tokenizer = TinyTokenizer.Of("l o w lo ow", "o w", "l o").Parse();
        Assert.Equal([0, 4], tokenizer.Encode("low"));
    }

    [Fact]
    public void Encode_MergesAsPairs_AreTheSameAsStrings()
    {
        TinyTokenizer tiny = TinyTokenizer.Of("a b ab").WithModel("merges", System.Text.Json.Nodes.JsonNode.Parse("""[["a","b"]]"""));
        Assert.Equal([2, 0], tiny.Parse().Encode("aba"));
    }

    [Fact]
    public void Encode_ByteLevel_WritesEachByte()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes("Ġ a").Parse();
        Assert.Equal([0xC3, 0xA9, 256, 0x0A], tokenizer.Encode("é a\n"));
        Assert.Equal("é a\n", tokenizer.Decode([0xC3, 0xA9, 256, 0x0A]));
        Assert.Equal(257, tokenizer.VocabularySize);
        Assert.Equal(256, tokenizer.IdOf("Ġa"));
        Assert.Equal("Ġa", tokenizer.TokenOf(256));
        Assert.Null(tokenizer.TokenOf(257));
    }

    [Fact]
    public void Decode_InvalidBytes_OneReplacementForEachMaximalPrefix()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().Parse();
        Assert.Equal("\uFFFDa\uFFFD\uFFFD", tokenizer.Decode([0xE4, 0xB8, 'a', 0xFF, 0xFF]));
        Assert.Equal("a", tokenizer.Decode(['a', 9_999, -1]));
    }

    [Fact]
    public void Encode_LoneSurrogate_IsTheReplacementCharacter() => Assert.Equal([0xEF, 0xBF, 0xBD, 'x'], TinyTokenizer.Bytes().Parse().Encode("\uD83Dx"));

    [Fact]
    public void Encode_LetterBeyondU_FFFF_IsALetterToThePattern()
    {
        // U+20000 is a letter: with the space before it, it is one piece, so the merge across them applies.
        Tokenizer tokenizer = TinyTokenizer.Bytes("Ġ ð").Parse();
        Assert.Equal([256, 0xA0, 0x80, 0x80], tokenizer.Encode(" \U00020000"));
    }

    [Fact]
    public void Encode_ByteFallback_OnlyWhereAllBytesAreThere()
    {
        Tokenizer tokenizer = TinyTokenizer.Of("<unk> a <0xC3> <0xA9>").WithModel("byte_fallback", true).WithModel("unk_token", "<unk>").Parse();
        Assert.Equal([1, 2, 3, 0, 0], tokenizer.Encode("aé\u00E8z"));
    }

    [Fact]
    public void Encode_FuseUnknown_OneTokenForARow()
    {
        Assert.Equal([0, 1, 0], TinyTokenizer.Of("? a").WithModel("fuse_unk", true).WithModel("unk_token", "?").Parse().Encode("xyaz"));
        Assert.Equal([0, 0, 1, 0], TinyTokenizer.Of("? a").WithModel("unk_token", "?").Parse().Encode("xyaz"));
        Assert.Equal([1], TinyTokenizer.Of("? a").Parse().Encode("xyaz"));
    }

    [Fact]
    public void Encode_IgnoreMerges_TakesTheWholePiece()
    {
        // "abc" is in the vocabulary, and no merge leads to it.
        Assert.Equal([4, 3], TinyTokenizer.Of("a b c ab abc", "a b").WithModel("ignore_merges", true).With("pre_tokenizer", """{"type":"WhitespaceSplit"}""").Parse().Encode("abc ab"));
        Assert.Equal([3, 2, 3], TinyTokenizer.Of("a b c ab abc", "a b").With("pre_tokenizer", """{"type":"WhitespaceSplit"}""").Parse().Encode("abc ab"));
    }

    [Fact]
    public void Encode_PrefixAndSuffix_MarkTheInsideAndTheEndOfWords()
    {
        Assert.Equal([3], TinyTokenizer.Of("a ##b ##c ab", "a ##b").WithModel("continuing_subword_prefix", "##").Parse().Encode("ab"));
        Assert.Equal([0, 2], TinyTokenizer.Of("a b b</w> ab", "a b").WithModel("end_of_word_suffix", "</w>").Parse().Encode("ab"));
    }

    [Fact]
    public void Encode_LlamaNormalizer_PrefixesEveryStretch()
    {
        Tokenizer tokenizer = TinyTokenizer.Of("▁ a ▁a <0x0A>", "▁ a").With("normalizer", Llama).With("decoder", LlamaDecoder).WithModel("byte_fallback", true).Add(4, "<s>", special: true).Parse();
        Assert.Equal([2, 2, 4, 2], tokenizer.Encode("a a<s>a"));
        Assert.Equal([0, 2, 3], tokenizer.Encode(" a\n"));
        Assert.Equal("a a a", tokenizer.Decode([2, 2, 4, 2]));
        Assert.Equal(" a a<s> a", tokenizer.Decode([0, 2, 2, 4, 2], skipSpecialTokens: false));
        Assert.Equal("<s> a", tokenizer.Decode([4, 2], skipSpecialTokens: false));
        Assert.Empty(tokenizer.Encode(""));
    }

    [Theory]
    [InlineData("first", "a a<s>a", new[] { 2, 2, 4, 1 })]
    [InlineData("always", "a a<s>a", new[] { 2, 2, 4, 2 })]
    [InlineData("never", "a a<s>a", new[] { 1, 2, 4, 1 })]
    [InlineData("first", " a", new[] { 2 })]
    public void Encode_Metaspace_PrefixesByScheme(string scheme, string text, int[] expected)
    {
        string metaspace = $$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}","split":false}""";
        Assert.Equal(expected, TinyTokenizer.Of("▁ a ▁a b", "▁ a").With("pre_tokenizer", metaspace).Add(4, "<s>", special: true).Parse().Encode(text));
    }

    [Fact]
    public void Encode_Template_AddsSpecialTokensOnRequest()
    {
        const string Template = """
            {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}
            """;
        Tokenizer tokenizer = TinyTokenizer.Of("a <s>").Add(1, "<s>", special: true).With("post_processor", Template).Parse();
        Assert.Equal([1, 0], tokenizer.Encode("a"));
        Assert.Equal([0], tokenizer.Encode("a", addSpecialTokens: false));
        Assert.Equal([1, 1], tokenizer.Encode("<s>"));
    }

    [Fact]
    public void Parse_Config_NamesTheRoles()
    {
        Tokenizer tokenizer = TinyTokenizer.Of("a").Add(1, "<s>", special: true).Add(2, "</s>", special: true).Parse("""{"bos_token":"<s>","eos_token":{"content":"</s>"},"pad_token":null,"unk_token":"none"}""");
        Assert.Equal(1, tokenizer.BeginToken);
        Assert.Equal(2, tokenizer.EndToken);
        Assert.Null(tokenizer.PadToken);
        Assert.Null(tokenizer.UnknownToken);
        Assert.True(tokenizer.IsSpecial(1));
        Assert.False(tokenizer.IsSpecial(0));
    }

    [Fact]
    public void Save_Folder_KeepsTheBytesAndTheFilesBeside()
    {
        string source = Directory.CreateTempSubdirectory("palimpsest-").FullName, target = Path.Combine(source, "copy");
        string json = TinyTokenizer.Of("a b").Json + "\n\n", config = """{ "bos_token" : "b" }""";
        AtomicFile.WriteText(Path.Combine(source, "tokenizer.json"), json);
        AtomicFile.WriteText(Path.Combine(source, "tokenizer_config.json"), config);
        Tokenizer.Load(source).Save(target);
        Assert.Equal(json, File.ReadAllText(Path.Combine(target, "tokenizer.json")));
        Assert.Equal(config, File.ReadAllText(Path.Combine(target, "tokenizer_config.json")));
        Assert.Equal(1, Tokenizer.Load(Path.Combine(target, "tokenizer.json")).BeginToken);
        Directory.Delete(source, recursive: true);
    }

    [Fact]
    public void Encode_ManyThreads_GiveTheSameIds()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes("a b", "ab c", "Ġ ab").Parse();
        string[] texts = [.. Enumerable.Range(0, 2_000).Select(i => $" abc ab{i} cab {i * 7}")];
        int[][] expected = [.. texts.Select(text => tokenizer.Encode(text))];
        Parallel.For(0, 20_000, i => Assert.Equal(expected[i % texts.Length], tokenizer.Encode(texts[i % texts.Length])));
    }
}
