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
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(300, "<l>", left: true).Add(301, "<r>", right: true).Parse();
        Assert.Equal(['a', 300, ' ', 'b'], tokenizer.Encode("a \n\t<l> b"));
        Assert.Equal(['a', ' ', 301, 'b'], tokenizer.Encode("a <r> \u3000b"));
        Assert.Equal([301, 300], tokenizer.Encode("<r>  <l>"));
    }

    [Fact]
    public void Encode_SingleWord_LooksAtItsNeighbours()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(300, "cat", word: true).Parse();
        Assert.Equal([300, '.'], tokenizer.Encode("cat."));
        Assert.Equal(['c', 'a', 't', 's'], tokenizer.Encode("cats"));
        Assert.Equal(['_', 'c', 'a', 't'], tokenizer.Encode("_cat"));
        Assert.Equal(4 + 3, tokenizer.Encode("\U00020000cat").Length);
    }

    [Fact]
    public void Encode_NormalizedToken_IsFoundInItsOwnNormalForm()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().With("normalizer", """{"type":"Lowercase"}""").Add(300, "Norm", normalized: true).Add(301, "Raw").Parse();
        Assert.Equal([300, 300, 301, 'r', 'a', 'w'], tokenizer.Encode("NORMnormRawraw"));
        Assert.Equal("norm", tokenizer.Decode([300]));
        Assert.Equal(300, tokenizer.IdOf("Norm"));
    }

    [Fact]
    public void Encode_SpecialTokensAsText_AreOrdinaryText()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(300, "<e>", special: true).Add(301, "<t>").Parse();
        Assert.Equal([300, 301], tokenizer.Encode("<e><t>"));
        Assert.Equal(['<', 'e', '>', 301], tokenizer.Encode("<e><t>", specialTokensAsText: true));
        Assert.Equal("<t>", tokenizer.Decode([300, 301]));
        Assert.Equal("<e><t>", tokenizer.Decode([300, 301], skipSpecialTokens: false));
    }

    [Fact]
    public void Decode_AddedTokenInTheByteAlphabet_IsReadAsBytes()
    {
        // "é" is the letter of byte 0xE9, which alone is not UTF-8; "é日" is not of the alphabet and stays.
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(300, "é").Add(301, "é日").Parse();
        Assert.Equal("\uFFFD", tokenizer.Decode([300]));
        Assert.Equal("é日", tokenizer.Decode([301]));
    }
}
