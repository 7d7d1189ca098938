using System.Text.Json.Nodes;
using Palimpsest.Text;

namespace Palimpsest.Tests.Text;

/// <summary>WordPiece, WordLevel and Unigram on vocabularies made up here, worked out by hand.</summary>
public sealed class WordModelTests
{
    private const string Bert = """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""";

    private static TinyTokenizer WordPiece() => TinyTokenizer.Of("[UNK] [CLS] [SEP] un ##able ##a ##ble able , 中 caf ##e")
        .WithModel("type", "WordPiece").Without("merges").WithModel("unk_token", "[UNK]").WithModel("max_input_chars_per_word", 10)
        .With("normalizer", Bert).With("pre_tokenizer", """{"type":"BertPreTokenizer"}""").With("decoder", """{"type":"WordPiece"}""")
        .With("post_processor", """{"type":"BertProcessing","cls":["[CLS]",1],"sep":["[SEP]",2]}""").Add(1, "[CLS]", special: true).Add(2, "[SEP]", special: true);

    [Theory]
    [InlineData("unable", new[] { 3, 4 })]
    [InlineData("Unable, able", new[] { 3, 4, 8, 7 })]
    [InlineData("unablea", new[] { 3, 4, 5 })]
    [InlineData("unablex un", new[] { 0, 3 })]
    [InlineData("中able", new[] { 9, 7 })]
    [InlineData("Café\u0000\t\u200B", new[] { 10, 11 })]
    [InlineData("unablebleble", new[] { 0 })]
    [InlineData("", new int[0])]
    public void Encode_WordPiece_TakesTheLongestStartOrGivesUpTheWord(string text, int[] ids)
    {
        Tokenizer tokenizer = WordPiece().Parse();
        Assert.Equal(ids, tokenizer.Encode(text, addSpecialTokens: false));
        Assert.Equal([1, .. ids, 2], tokenizer.Encode(text));
    }

    [Fact]
    public void Decode_WordPiece_JoinsPartsAndCleansUp()
    {
        Tokenizer tokenizer = WordPiece().Parse();
        Assert.Equal("unable, able", tokenizer.Decode([1, 3, 4, 8, 7, 2]));
        Assert.Equal("##able un", tokenizer.Decode([4, 3]));
        Assert.Equal("[CLS] un [SEP]", tokenizer.Decode([1, 3, 2], skipSpecialTokens: false));
    }

    [Fact]
    public void EncodePair_Bert_GivesTypesAndSources()
    {
        EncodedPair pair = WordPiece().Parse().EncodePair("un", "able");
        Assert.Equal([1, 3, 2, 7, 2], pair.Ids);
        Assert.Equal([0, 0, 0, 1, 1], pair.TypeIds);
        Assert.Equal([-1, 0, -1, 1, -1], pair.Sources);
        Assert.Equal([3, 7], WordPiece().Parse().EncodePair("un", "able", addSpecialTokens: false).Ids);
    }

    [Fact]
    public void EncodePair_Roberta_HasTwoSeparatorsAndOneType()
    {
        EncodedPair pair = TinyTokenizer.Of("a b <s> </s>").With("post_processor", """{"type":"RobertaProcessing","cls":["<s>",2],"sep":["</s>",3]}""").Parse().EncodePair("a", "b");
        Assert.Equal([2, 0, 3, 3, 1, 3], pair.Ids);
        Assert.All(pair.TypeIds, type => Assert.Equal(0, type));
    }

    [Fact]
    public void EncodePair_WithoutPostProcessor_JoinsTheTexts()
    {
        EncodedPair pair = TinyTokenizer.Of("a b").Parse().EncodePair("ab", "b");
        Assert.Equal([0, 1, 1], pair.Ids);
        Assert.Equal([0, 0, 1], pair.TypeIds);
    }

    [Fact]
    public void Encode_WordLevel_LooksUpWholePieces()
    {
        Tokenizer tokenizer = TinyTokenizer.Of("<unk> a bc").WithModel("type", "WordLevel").Without("merges").WithModel("unk_token", "<unk>").With("pre_tokenizer", """{"type":"WhitespaceSplit"}""").Parse();
        Assert.Equal([1, 2, 0, 1], tokenizer.Encode("a bc b a"));
    }

    [Theory]
    [InlineData("ab", new[] { 3 })]         // -2 against -1.5 - 1 for a and b
    [InlineData("abc", new[] { 1, 4 })]     // a + bc = -2.5 against ab + c = -2 - 3
    [InlineData("x", new[] { 0 })]
    [InlineData("axyb", new[] { 1, 0, 2 })] // a row of unknown characters is one token
    public void Encode_Unigram_TakesTheBestSum(string text, int[] ids) => Assert.Equal(ids, Unigram().Parse().Encode(text));

    [Fact]
    public void Encode_UnigramWithByteFallback_WritesUnknownCharactersAsBytes()
    {
        Tokenizer tokenizer = Unigram("<0xC3>", "<0xA9>").WithModel("byte_fallback", true).Parse();
        Assert.Equal([1, 6, 7], tokenizer.Encode("aé"));
        Assert.Equal([1, 0], tokenizer.Encode("aè"));
    }

    private static TinyTokenizer Unigram(params string[] more)
    {
        JsonArray vocabulary = [];
        foreach ((string token, double score) in (IEnumerable<(string, double)>)[("<unk>", 0), ("a", -1.5), ("b", -1), ("ab", -2), ("bc", -1), ("c", -3), .. more.Select(token => (token, -9.0))])
        {
            vocabulary.Add((JsonNode)new JsonArray(token, score));
        }

        return TinyTokenizer.Of("a").WithModel("type", "Unigram").Without("merges").WithModel("unk_id", 0).WithModel("vocab", vocabulary);
    }
}
