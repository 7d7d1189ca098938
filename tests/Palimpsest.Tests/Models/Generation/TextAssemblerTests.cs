using Palimpsest.Models.Generation;
using Palimpsest.Text;

namespace Palimpsest.Tests.Models.Generation;

public sealed class TextAssemblerTests
{
    // A token for each byte, in the alphabet of GPT-2 reduced to what is spelled here.
    private static readonly Tokenizer s_letters = Tokenizer.Parse("""
        {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "Ġ": 3, "ab": 4, "bc": 5, "ð": 6, "Ł": 7, "ĺ": 8, "Ģ": 9}, "merges": [["a", "b"], ["b", "c"]]},
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "decoder": {"type": "ByteLevel"}}
        """);

    [Theory]
    [InlineData(new[] { 0, 1, 2 }, "abc", false)]
    [InlineData(new[] { 0, 5, 0 }, "a", true)] // "bc" as one token
    [InlineData(new[] { 4, 2, 0 }, "a", true)] // "bc" across two tokens
    [InlineData(new[] { 0, 1 }, "ab", false)] // held back, then given out at the end
    [InlineData(new[] { 1, 1, 2, 1 }, "b", true)]
    [InlineData(new[] { 5 }, "", true)]
    public void Add_StopText_IsCutWhereverItBegins(int[] tokens, string text, bool stopped)
    {
        TextAssembler assembler = new(s_letters.DecodeStream(), stopped ? ["bc", "xyz"] : ["bd", "cc"]);
        string given = string.Concat(tokens.Select(assembler.Add));
        given += assembler.End();
        Assert.Equal((text, text, stopped), (given, assembler.Text, assembler.Stopped));
    }

    [Fact]
    public void Add_PossibleBeginningOfAStopText_IsHeldBackAndNothingElse()
    {
        TextAssembler assembler = new(s_letters.DecodeStream(), ["bcb"]);
        Assert.Equal(["a", "", "", "bca", ""], new[] { 0, 1, 2, 0, 1 }.Select(assembler.Add));
        Assert.Equal("b", assembler.End());
    }

    [Fact]
    public void Add_CharacterOfFourTokens_ComesWhole()
    {
        TextAssembler assembler = new(s_letters.DecodeStream(), []);
        Assert.Equal(["a", "", "", "", "😀", "b"], new[] { 0, 6, 7, 8, 9, 1 }.Select(assembler.Add));
        Assert.Equal("a😀b", assembler.Text);
    }

    [Fact]
    public void Add_TwoStopTexts_TheFirstInTheTextCuts()
    {
        TextAssembler assembler = new(s_letters.DecodeStream(), ["c", "bc"]);
        Assert.Equal(["a", "", ""], new[] { 0, 1, 2 }.Select(assembler.Add));
        Assert.Equal(("a", true), (assembler.Text, assembler.Stopped));
    }
}
