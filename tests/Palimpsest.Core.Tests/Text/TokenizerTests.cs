using System.Text.Json.Nodes;
using CsCheck;
using Palimpsest.Text;

namespace Palimpsest.Tests.Text;

public sealed class TokenizerTests
{
    private static readonly string[] Alphabet = [.. Enumerable.Range(0, 256).Select(b => ByteAlphabet.Of((byte)b).ToString())];

    [Fact]
    public void Encode_ByteLevel_MergesByRankFromTheLeft()
    {
        // Ranks: "a a" before "aa a" and "a b"; the leftmost pair of equal rank goes first: aaab -> aa|a|b -> aaa|b.
        Tokenizer tokenizer = ByteLevel(("a", "a"), ("aa", "a"), ("a", "b"));
        Assert.Equal(["aaa", "b"], Tokens(tokenizer, "aaab"));
        Assert.Equal(["aa", "ab"], Tokens(ByteLevel(("a", "a"), ("a", "b"), ("aa", "a")), "aaab"));
        Assert.Equal(["Ġ", "aa"], Tokens(tokenizer, " aa"));
    }

    [Fact]
    public void Decode_ByteLevel_GivesEveryTextBack() =>
        Gen.String.Select(text => new string([.. text.EnumerateRunes().SelectMany(rune => rune.ToString())])).Sample(
            text =>
            {
                Tokenizer tokenizer = ByteLevel(("a", "b"), ("Ġ", "t"), ("Ã", "©"));
                return tokenizer.Decode(tokenizer.Encode(text + " été 😀")) == text + " été 😀";
            },
            iter: 200);

    [Fact]
    public void Encode_AgainstSlowForm_IsEqual() =>
        Gen.Char["abc "].Array[0, 40].Sample(
            characters =>
            {
                (string, string)[] merges = [("a", "b"), ("b", "c"), ("ab", "c"), ("c", "c"), ("a", "a"), ("abc", "abc"), ("cc", "a")];
                string word = new([.. characters.Where(c => c != ' ')]);
                List<string> symbols = [.. word.Select(c => c.ToString())];
                while (true)
                {
                    (int rank, int at) = symbols.Zip(symbols.Skip(1), (l, r) => Array.IndexOf(merges, (l, r))).Select((rank, at) => (rank < 0 ? int.MaxValue : rank, at)).DefaultIfEmpty((int.MaxValue, 0)).Min();
                    if (rank == int.MaxValue)
                    {
                        break;
                    }

                    symbols[at] += symbols[at + 1];
                    symbols.RemoveAt(at + 1);
                }

                return Tokens(ByteLevel(merges), word).SequenceEqual(symbols);
            },
            iter: 500);

    [Fact]
    public void Encode_ByteFallback_UsesBytesAndPutsTheTemplateAround()
    {
        Tokenizer tokenizer = Llama();
        Assert.Equal(["<s>", "▁a", "<0xC3>", "<0xA9>", "▁a"], tokenizer.Encode("aé a").Select(id => Llama2Token(id)));
        Assert.Equal("aé a", tokenizer.Decode(tokenizer.Encode("aé a")));
        Assert.Equal("\uFFFDa", tokenizer.Decode([4 + 0xC3, 260]));
    }

    [Fact]
    public void Encode_LongRun_StaysFast()
    {
        string text = new('a', 300_000);
        Assert.Equal(text, ByteLevel(("a", "a"), ("aa", "aa")).Decode(ByteLevel(("a", "a"), ("aa", "aa")).Encode(text)));
    }

    [Theory]
    [InlineData("""{"model":{"type":"Unigram","vocab":[]}}""", "model type \"Unigram\" is not supported; supported: BPE")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":{"type":"NFC"}}""", "normalizer \"NFC\" is not supported")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "pre-tokenizer \"BertPreTokenizer\" is not supported")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"decoder":{"type":"CTC"}}""", "decoder \"CTC\" is not supported")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", "merge 1 (\"a\" \"b\") uses or makes a token that is not in the vocabulary")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "gives token \"a\" an id that is not a number")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["ab"]}}""", "has a merge \"ab\" that is not a pair")]
    [InlineData("""{"version":1}""", "has no model")]
    [InlineData("""{"model":""", "not a well-formed tokenizer.json")]
    public void Load_UnsupportedOrBroken_NamesThePart(string json, string expected)
    {
        string path = Path.GetTempFileName();
        try
        {
            Palimpsest.Runs.AtomicFile.WriteText(path, json);
            PalimpsestException error = Assert.Throws<PalimpsestException>(() => Tokenizer.Load(path));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Tokenizer ByteLevel(params (string Left, string Right)[] merges)
    {
        string[] vocabulary = [.. Alphabet.Concat(merges.Select(m => m.Left + m.Right)).Distinct()];
        return Parse(vocabulary, merges, new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false }, new JsonObject { ["type"] = "ByteLevel" });
    }

    private static string Llama2Token(int id) => id switch { 1 => "<s>", >= 4 and < 260 => $"<0x{id - 4:X2}>", 260 => "a", 261 => "▁", 262 => "▁a", _ => "?" };

    private static Tokenizer Llama()
    {
        string[] vocabulary = ["<unk>", "<s>", "</s>", "<pad>", .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"), "a", "▁", "▁a"];
        JsonNode decoder = JsonNode.Parse("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""")!;
        JsonNode normalizer = JsonNode.Parse("""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""")!;
        JsonNode template = JsonNode.Parse("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}],"special_tokens":{"<s>":{"ids":[1]}}}""")!;

        return Parse(vocabulary, [("▁", "a")], null, decoder, normalizer, template, firstOnly: true);
    }

    private static Tokenizer Parse(string[] vocabulary, (string Left, string Right)[] merges, JsonNode? preTokenizer, JsonNode decoder, JsonNode? normalizer = null, JsonNode? template = null, bool firstOnly = false)
    {
        JsonObject vocab = [];
        for (int i = 0; i < vocabulary.Length; i++)
        {
            vocab[vocabulary[i]] = i;
        }

        JsonObject json = new()
        {
            ["added_tokens"] = firstOnly ? new JsonArray(new JsonObject { ["id"] = 1, ["content"] = "<s>", ["special"] = true }) : null,
            ["normalizer"] = normalizer,
            ["pre_tokenizer"] = preTokenizer,
            ["post_processor"] = template,
            ["decoder"] = decoder,
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = vocab,
                ["merges"] = new JsonArray([.. merges.Select(m => (JsonNode)new JsonArray(m.Left, m.Right))]),
                ["unk_token"] = "<unk>",
                ["byte_fallback"] = firstOnly,
            },
        };
        string path = Path.GetTempFileName();
        try
        {
            Palimpsest.Runs.AtomicFile.WriteText(path, json.ToJsonString());
            return Tokenizer.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IEnumerable<string> Tokens(Tokenizer tokenizer, string text) => tokenizer.Encode(text).Select(id => tokenizer.Decode([id])).Select(token => token.Replace(' ', 'Ġ'));
}
