using Palimpsest.Text;

namespace Palimpsest.Tests.Text;

public sealed class DecodeStreamTests
{
    private static readonly Tokenizer s_llama = TinyTokenizer.Of("▁ a ▁a <0xC3> <0xA9>", "▁ a").WithModel("byte_fallback", true).Add(5, "<s>", special: true)
        .With("decoder", """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""").Parse();

    [Fact]
    public void Add_PartsOfACharacter_AreHeldBack()
    {
        DecodeStream stream = TinyTokenizer.Bytes().Parse().DecodeStream();
        Assert.Equal([null, null, null, "\U0001F600", "a"], [stream.Add(0xF0), stream.Add(0x9F), stream.Add(0x98), stream.Add(0x80), stream.Add('a')]);
    }

    [Fact]
    public void Add_LeadingSpace_IsStrippedOnceOnly()
    {
        DecodeStream stream = s_llama.DecodeStream();
        Assert.Equal([null, "a", " a", "a", null, "é"], [stream.Add(5), stream.Add(2), stream.Add(2), stream.Add(1), stream.Add(3), stream.Add(4)]);
    }

    [Fact]
    public void Add_SpecialTokensShown_AreText()
    {
        DecodeStream stream = s_llama.DecodeStream(skipSpecialTokens: false);
        Assert.Equal(["<s>", " a"], [stream.Add(5), stream.Add(2)]);
    }

    [Fact]
    public void Flush_HeldBackBytes_ComeOut()
    {
        DecodeStream stream = TinyTokenizer.Bytes().Parse().DecodeStream();
        Assert.Equal("a", stream.Add('a'));
        Assert.Null(stream.Add(0xC3));
        Assert.Equal("\uFFFD", stream.Flush());
        Assert.Null(stream.Flush());
        Assert.Equal("b", stream.Add('b'));
    }

    [Fact]
    public void Add_EndlessInvalidBytes_DoNotPileUp()
    {
        DecodeStream stream = TinyTokenizer.Bytes().Parse().DecodeStream();
        int given = Enumerable.Range(0, 100_000).Sum(_ => stream.Add(0xFF)?.Length ?? 0);
        Assert.InRange(given, 99_000, 100_000);
    }
}
