using Palimpsest.Text;

namespace Palimpsest.Tests.Text;

public sealed class AddedTokenTests
{
    [Fact]
    public void Encode_OverlappingTokens_LeftmostThenLongest()
    {
        Tokenizer tokenizer = TinyTokenizer.Of("a b c d").Add(4, "ab").Add(5, "abc").Add(6, "bcd").Parse();
        Assert.Equal([5, 3], tokenizer.Encode("abcd"));
        Assert.Equal([4, 3], tokenizer.Encode("abd"));
    }

    [Fact]
    public void Encode_StripFlags_TakeAllWhiteSpaceAround()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(256, "<l>", left: true).Add(257, "<r>", right: true).Parse();
        Assert.Equal(['a', 256, ' ', 'b'], tokenizer.Encode("a \n\t<l> b"));
        Assert.Equal(['a', ' ', 257, 'b'], tokenizer.Encode("a <r> \u3000b"));
        Assert.Equal([257, 256], tokenizer.Encode("<r>  <l>"));
    }

    [Fact]
    public void Encode_SingleWord_LooksAtItsNeighbours()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(256, "cat", word: true).Parse();
        Assert.Equal([256, '.'], tokenizer.Encode("cat."));
        Assert.Equal(['c', 'a', 't', 's'], tokenizer.Encode("cats"));
        Assert.Equal(['_', 'c', 'a', 't'], tokenizer.Encode("_cat"));
        Assert.Equal(4 + 3, tokenizer.Encode("\U00020000cat").Length);
    }

    [Fact]
    public void Encode_NormalizedToken_IsFoundInItsOwnNormalForm()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().With("normalizer", """{"type":"Lowercase"}""").Add(256, "Norm", normalized: true).Add(257, "Raw").Parse();
        Assert.Equal([256, 256, 257, 'r', 'a', 'w'], tokenizer.Encode("NORMnormRawraw"));
        Assert.Equal("norm", tokenizer.Decode([256]));
        Assert.Equal(256, tokenizer.IdOf("Norm"));
    }

    [Fact]
    public void Encode_SpecialTokensAsText_AreOrdinaryText()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(256, "<e>", special: true).Add(257, "<t>").Parse();
        Assert.Equal([256, 257], tokenizer.Encode("<e><t>"));
        Assert.Equal(['<', 'e', '>', 257], tokenizer.Encode("<e><t>", specialTokensAsText: true));
        Assert.Equal("<t>", tokenizer.Decode([256, 257]));
        Assert.Equal("<e><t>", tokenizer.Decode([256, 257], skipSpecialTokens: false));
    }

    [Fact]
    public void Decode_AddedTokenInTheByteAlphabet_IsReadAsBytes()
    {
        // "é" is the letter of byte 0xE9, which alone is not UTF-8; "é日" is not of the alphabet and stays.
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(233, "é").Add(256, "é日").Parse();
        Assert.Equal("\uFFFD", tokenizer.Decode([tokenizer.IdOf("é")!.Value]));
        Assert.Equal("é日", tokenizer.Decode([256]));
    }

    [Fact]
    public void Parse_IdsOfTheList_AreThoseOfTheLibrary()
    {
        Tokenizer tokenizer =
            TinyTokenizer.Of("<unk> a b <pad> c").Add(10, "<pad>", special: true).Add(20, "<x>", special: true).Add(21, "<y>", special: true).Add(30, "<x>",
            special: true).Parse();
        Assert.Equal([1, 5, 2, 3], tokenizer.Encode("a<x>b<pad>"));
        Assert.Equal([6, 5, 4], tokenizer.Encode("<y><x>c"));
        Assert.Equal(("<x>", 7), (tokenizer.TokenOf(5), tokenizer.VocabularySize));
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Cases))]
    public void Encode_Case_EqualsReference(string folder)
    {
        Tokenizer tokenizer = Tokenizer.Load(folder);
        foreach (System.Text.Json.JsonElement line in GoldenData.Lines(Path.Combine(folder, "vectors.jsonl")))
        {
            Assert.Equal(GoldenData.Numbers(line, "ids", []), tokenizer.Encode(GoldenData.Text(line, "text")));
        }
    }

    public static IEnumerable<TheoryDataRow<string>> Cases() => GoldenData.Find("cases") is not string cases ? []
        : new[] { "08-added-token-ids/other-ids", "08-added-token-ids/listed-twice", "11-unigram-no-unk/tokenizer" }.Select(name =>
            new TheoryDataRow<string>(Path.Combine(cases, name)));
}
