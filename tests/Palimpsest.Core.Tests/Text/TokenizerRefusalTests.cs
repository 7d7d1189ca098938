using System.Text.Json.Nodes;
using Palimpsest.Text;

namespace Palimpsest.Tests.Text;

/// <summary>What is not understood is refused with a message that names file and place.</summary>
public sealed class TokenizerRefusalTests
{
    [Theory]
    [InlineData("model", """{"type":"Other","vocab":[]}""", "tokenizer.json: model type \"Other\" is not supported; supported: BPE, WordPiece, WordLevel, Unigram")]
    [InlineData("normalizer", """{"type":"Other"}""", "tokenizer.json: normalizer type \"Other\" is not supported; supported: NFC, ")]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"AAAA"}""", "normalizer has a \"precompiled_charsmap\" that is cut off")]
    [InlineData("model", """{"type":"Unigram","vocab":[]}""", "model.vocab has 0 tokens")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a",0]],"unk_id":1}""", "model.unk_id is 1; it must be a whole number from 0 to 0")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a"]],"unk_id":0}""", "model.vocab[0] must be a token and its score")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"Other"}]}""", "normalizer.normalizers[0] type \"Other\" is not supported")]
    [InlineData("pre_tokenizer", """{"type":"UnicodeScripts"}""", "pre_tokenizer type \"UnicodeScripts\" is not supported; supported: ByteLevel, ")]
    [InlineData("pre_tokenizer", """{"type":"Digits","individual":true}""", "pre_tokenizer has the key \"individual\", which is not supported; supported: type, individual_digits")]
    [InlineData("pre_tokenizer", """{"type":"Punctuation","behavior":"3"}""", "pre_tokenizer.behavior \"3\" is not supported; supported: Removed, Isolated")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(a)\\1"},"behavior":"Isolated"}""", "pre_tokenizer.pattern has a pattern that cannot be used: the escape \"\\1\"")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"ab"}""", "it must be one character")]
    [InlineData("pre_tokenizer", """{"type":"ByteLevel","use_regex":"yes"}""", "pre_tokenizer.use_regex must be true or false")]
    [InlineData("pre_tokenizer", """[]""", "pre_tokenizer must be an object")]
    [InlineData("decoder", """{"type":"CTC"}""", "decoder type \"CTC\" is not supported; supported: ByteLevel, ")]
    [InlineData("post_processor", """{"type":"Other"}""", "post_processor type \"Other\" is not supported; supported: TemplateProcessing, ")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}}],"special_tokens":{}}""", "post_processor.special_tokens has no \"<s>\"")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B"}}]}""", "must be \"A\", once")]
    [InlineData("post_processor", """{"type":"BertProcessing","sep":["x",1],"cls":["x"]}""", "post_processor.cls must be a token and its id")]
    [InlineData("added_tokens", """[{"id":1}]""", "added_tokens[0] has no \"content\"")]
    [InlineData("added_tokens", """[{"id":1,"content":"x"},{"id":2,"content":"x","lstrip":true}]""",
        "added_tokens[1] repeats the token \"x\" with other flags")]
    [InlineData("added_tokens", """[{"id":2000000000,"content":"x"}]""", "added_tokens[0].id is 2000000000; it must be a whole number from 0 to 16777215")]
    [InlineData("added_tokens", """[{"id":1,"content":"\ud800"}]""", "added_tokens[0].content is not valid Unicode text")]
    [InlineData("added_tokens", """{"\ud800":1}""", "added_tokens must be a list")]
    [InlineData("something", """1""", "has the key \"something\", which is not supported; supported: version, ")]
    public void Parse_PartThatIsNotSupported_IsNamed(string part, string json, string message)
    {
        // Replaced as text: a JSON library would refuse the broken strings itself.
        string file = TinyTokenizer.Of("a b").With(part, "\"here\"").Json.Replace("\"here\"", json, StringComparison.Ordinal);
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => Tokenizer.Parse(file));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dropout", "0.1", "model.dropout is set")]
    [InlineData("merges", "[\"a b\"]", "model.merges[0] needs the token \"ab\", which is not in the vocab")]
    [InlineData("merges", "[\"a\"]", "model.merges[0] \"a\" must be two tokens with one space between")]
    [InlineData("merges", "[[\"a\"]]", "model.merges[0] must be a pair of tokens")]
    [InlineData("vocab", "{\"a\":-1}", "gives \"a\" the id -1; ids are whole numbers from 0 to 16777215")]
    [InlineData("vocab", "{\"a\":1,\"b\":1}", "has the token \"b\" or its id 1 twice")]
    [InlineData("vocab", "[]", "model.vocab must be an object of tokens and ids")]
    [InlineData("what", "1", "model has the key \"what\", which is not supported")]
    public void Parse_BrokenModel_IsNamed(string key, string json, string message)
    {
        string file = TinyTokenizer.Of("a b").WithModel(key, JsonNode.Parse(json)).Json;
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => Tokenizer.Parse(file));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not valid JSON (line 1, byte 1)")]
    [InlineData("{\n \"model\": {", "not valid JSON (line 2")]
    [InlineData("[]", "must be an object")]
    [InlineData("{}", "has no \"model\"")]
    [InlineData("{\"\\ud800\":1}", "a key is not valid Unicode text")]
    public void Parse_MalformedJson_IsRefused(string json, string message) =>
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => Tokenizer.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_DeepNesting_IsAnErrorAndNoStackOverflow()
    {
        string nested = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 100_000)) + string.Concat(Enumerable.Repeat("]}", 100_000));
        Assert.Throws<PalimpsestException>(() => Tokenizer.Parse("{\"normalizer\":" + nested + "}"));
    }

    [Fact]
    public void Load_MissingFolder_SaysWhatToGive()
    {
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => Tokenizer.Load(Path.Combine(Path.GetTempPath(), "no-such-folder")));
        Assert.Contains("there is no such file. Give a Hugging Face folder that holds tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"BPE","unk_token":"<unk>","vocab":{"a":0,"b":1},"merges":[]}""",
        "the character \"é\" (U+00E9), and its token for the unknown, \"<unk>\", is not in its vocabulary either")]
    [InlineData("""{"type":"Unigram","unk_id":null,"vocab":[["a",-1],["b",-2],["ab",-2.5]]}""",
        "the character \"é\" (U+00E9), and it has none for the unknown (unk_id)")]
    [InlineData("""{"type":"WordPiece","vocab":{"a":0,"##b":1}}""", "\"abé\", and its token for the unknown (unk_token) is not in its vocabulary either")]
    [InlineData("""{"type":"WordLevel","vocab":{"ab":0}}""", "\"abé\", and its token for the unknown (unk_token) is not in its vocabulary either")]
    public void Encode_WithoutATokenForTheUnknown_NamesWhatIsUnknown(string model, string message)
    {
        Tokenizer tokenizer = Tokenizer.Parse(TinyTokenizer.Of("a b").With("model", model).Json);
        Assert.NotEmpty(tokenizer.Encode("ab"));
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => tokenizer.Encode("abé")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_HostilePattern_EndsInAnError()
    {
        Tokenizer tokenizer = TinyTokenizer.Of("a b").With("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(a|a)*b"},"behavior":"Isolated"}""").Parse();
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => tokenizer.Encode(new string('a', 200)));
        Assert.Contains("takes too many steps", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_NormalizerThatDoublesAtEachStep_EndsInAnError()
    {
        string doubling = string.Join(',', Enumerable.Repeat("""{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""", 60));
        Tokenizer tokenizer = TinyTokenizer.Of("a b").With("normalizer", $$"""{"type":"Sequence","normalizers":[{{doubling}}]}""").Parse();
        Assert.Throws<PalimpsestException>(() => tokenizer.Encode("aaaa"));
    }
}
