using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using Palimpsest.Data.Gguf;
using Palimpsest.Tests.Text;
using Palimpsest.Text;

namespace Palimpsest.Tests.Data.Gguf;

public sealed class GgufTokenizerTests
{
    private static readonly JsonElement s_golden = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "gguf", "tokenizers.json")));

    public static IEnumerable<TheoryDataRow<string>> Models() => s_golden.GetProperty("models").EnumerateObject().Select(model => new TheoryDataRow<string>(model.Name));

    [Theory, MemberData(nameof(Models))]
    public void Encode_GoldenVocabulary_EqualsReference(string name)
    {
        JsonElement model = s_golden.GetProperty("models").GetProperty(name), vocabulary = s_golden.GetProperty(GoldenData.Text(model, "vocabulary"));
        GgufBytes bytes = new GgufBytes().Add("tokenizer.ggml.tokens", Texts(vocabulary, "tokens")).Add("tokenizer.ggml.token_type", GoldenData.Numbers(vocabulary, "token_type", []));
        if (vocabulary.TryGetProperty("scores", out JsonElement scores))
            bytes.Add("tokenizer.ggml.scores", [.. scores.EnumerateArray().Select(score => score.GetSingle())]);
        else
            bytes.Add("tokenizer.ggml.merges", Texts(vocabulary, "merges"));
        foreach (JsonProperty setting in model.GetProperty("settings").EnumerateObject())
        {
            _ = setting.Value.ValueKind switch
            {
                JsonValueKind.Number => bytes.Add("tokenizer.ggml." + setting.Name, setting.Value.GetUInt32()),
                JsonValueKind.String => bytes.Add("tokenizer.ggml." + setting.Name, setting.Value.GetString()!),
                _ => bytes.Add("tokenizer.ggml." + setting.Name, setting.Value.GetBoolean()),
            };
        }

        Tokenizer tokenizer = Read(bytes);
        Assert.NotEqual(0, model.GetProperty("texts").GetArrayLength());
        foreach (JsonElement item in model.GetProperty("texts").EnumerateArray())
        {
            Assert.Equal(GoldenData.Numbers(item, "ids", []), tokenizer.Encode(GoldenData.Text(item, "text"), addSpecialTokens: false));
        }
    }

    [Fact]
    public void Read_SpecialTokensThatPointNowhere_ArePassedOverWithANote()
    {
        GgufBytes bytes =
            SentencePiece(["<unk>", "<s>", "</s>", "a"], [0, 0, 0, -1], [2, 3, 3, 1]).Add("tokenizer.ggml.padding_token_id",
            uint.MaxValue).Add("tokenizer.ggml.eos_token_id", 32000u);
        Tokenizer tokenizer = Read(bytes, out IReadOnlyCollection<string> notes);
        Assert.Equal((2, null), (tokenizer.EndToken, tokenizer.PadToken));
        Assert.Equal(2, notes.Count);
        Assert.All(notes, note => Assert.EndsWith("which is none of the 4 tokens, so it is passed over.", note, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_NoPreTokenizer_CutsAsLlamaCppDoesAndSaysSo()
    {
        // The digits are cut by threes from the left, and punctuation apart from words: no merge reaches across.
        string[] tokens = ["<unk>", "a", "1", "2", "3", "4", "!", "a!", "12", "34", "123", "1234"];
        GgufBytes bytes =
            new GgufBytes().Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.tokens", tokens).Add("tokenizer.ggml.merges",
            (string[])["a !", "1 2", "3 4", "12 3", "12 34"]);
        Tokenizer tokenizer = Read(bytes, out IReadOnlyCollection<string> notes);
        Assert.Equal([1, 6, 10, 5], tokenizer.Encode("a!1234"));
        Assert.Contains("it has no tokenizer.ggml.pre, so texts are cut as llama.cpp cuts them then", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_AnyScores_EqualsTheSlowForm() =>
        Gen.Select(Gen.String[Gen.Char["abc "], 2, 4].Array[0, 12], Gen.Int[0, 3].Array[12], Gen.String[Gen.Char["abc é"], 0, 40].Array[4]).Sample(
            (words, ranks, texts) =>
            {
                // Scores from few values, so that many are equal.
                List<string> tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>")), "a", "b", "c", "\u2581"];
                float[] scores = [.. tokens.Select(_ => -100f), .. ranks.Select(rank => -(float)rank)];
                tokens.AddRange(words.Select(word => word.Replace(' ', '\u2581')).Distinct());
                int[] types = [.. tokens.Select((token, id) => id == 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1)];
                Tokenizer tokenizer = Read(SentencePiece([.. tokens], scores[..tokens.Count], types).Add("tokenizer.ggml.add_space_prefix", false));
                foreach (string text in texts)
                {
                    Assert.Equal(Slow(tokens, scores, text.Replace(' ', '\u2581')), tokenizer.Encode(text, addSpecialTokens: false));
                    Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
                }
            },
            iter: 200,
            threads: 1);

    [Fact]
    public void Encode_SettingsOfSentencePiece_AreObeyed()
    {
        string[] tokens = ["<unk>", "<s>", "</s>", "a", "\u2581", "\u2581a", "<0x62>", "<tool>"];
        GgufBytes file = SentencePiece(tokens, [0, 0, 0, -2, -3, -1, 0, 0], [2, 3, 3, 1, 1, 1, 6, 4]);
        Assert.Equal([1, 5, 5], Read(file).Encode("a a"));
        Assert.Equal("a a", Read(file).Decode([1, 5, 5]));
        Assert.Equal([1, 5, 7, 5, 2], Read(file).Encode("a<tool>a</s>"));
        Assert.Equal([1, 5, 6, 0], Read(file).Encode("abcc"));
        file.Add("tokenizer.ggml.add_bos_token", false).Add("tokenizer.ggml.add_eos_token", true).Add("tokenizer.ggml.add_space_prefix", false).Add("tokenizer.ggml.eos_token_id", 7u);
        Assert.Equal([3, 5, 7], Read(file).Encode("a a"));
        Assert.Equal((1, 7, 0, null), (Read(file).BeginToken, Read(file).EndToken, Read(file).UnknownToken, Read(file).PadToken));
    }

    [Fact]
    public void Read_ByteLevel_ReportsWhatIsNotSupportedOrMissing()
    {
        GgufFileTests.Check(GgufProblem.MissingKey, "tokenizer.ggml.model", () => Read(new GgufBytes()));
        GgufFileTests.Check(GgufProblem.Unsupported, "kind \"bert\", which is not supported; supported: gpt2, llama", () => Read(new GgufBytes().Add("tokenizer.ggml.model", "bert")));
        GgufFileTests.Check(GgufProblem.Unsupported, "pattern \"strange\" (tokenizer.ggml.pre), which is not known; known: codeshell, command-r", () => Read(new GgufBytes().Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.pre", "strange")));
        GgufFileTests.Check(GgufProblem.MissingKey, "tokenizer.ggml.tokens", () => Read(ByteLevel("gpt-2")));
        GgufFileTests.Check(GgufProblem.MissingKey, "tokenizer.ggml.merges", () => Read(ByteLevel("gpt-2", "a")));
        GgufFileTests.Check(GgufProblem.WrongValue, "the token \"a\" twice, as 0 and 2", () => Read(ByteLevel("gpt-2", "a", "b", "a")));
        GgufFileTests.Check(GgufProblem.WrongValue, "needs the token \"ab\"", () => Read(ByteLevel("gpt-2", "a", "b").Add("tokenizer.ggml.merges", "a b", "a a")));
        GgufFileTests.Check(GgufProblem.WrongValue, "one for each token", () => Read(ByteLevel("gpt-2", "a", "b").Add("tokenizer.ggml.token_type", 1, 1, 1)));
        GgufFileTests.Check(GgufProblem.WrongValue, "none of them nan", () => Read(SentencePiece(["a", "b"], [0, float.NaN], [1, 1])));
    }

    [Fact]
    public void Read_AnyMetadata_GivesATokenizerOrTheOneError()
    {
        Gen<string> word = Gen.String[Gen.Char["ab \u2581<>\0é"], 0, 4];
        int read = 0;
        Gen.Select(Gen.Bool, word.Array[1, 6], Gen.Int[-1, 7].Array[1, 6], Gen.Float.Array[1, 6], word.Array[0, 3], Gen.Int[0, 6], Gen.Bool).Sample(
            (sentencePiece, tokens, types, scores, merges, id, flag) =>
            {
                GgufBytes bytes = new GgufBytes().Add("tokenizer.ggml.model", sentencePiece ? "llama" : "gpt2").Add("tokenizer.ggml.pre", "smollm").Add("tokenizer.ggml.tokens", tokens)
                    .Add("tokenizer.ggml.scores", scores).Add("tokenizer.ggml.merges", merges).Add("tokenizer.ggml.bos_token_id", (uint)id).Add("tokenizer.ggml.add_bos_token", flag);
                if (flag)
                    bytes.Add("tokenizer.ggml.token_type", types);
                try
                {
                    Tokenizer tokenizer = Read(bytes);
                    Assert.All(tokenizer.Encode("ab \u2581aé<>"), token => Assert.InRange(token, 0, tokens.Length - 1));
                    read++;
                }
                catch (GgufException error)
                {
                    Assert.NotEmpty(error.Message);
                }
            },
            iter: 1000,
            threads: 1);
        Assert.NotEqual(0, read);
    }

    [Theory]
    [InlineData("gpt-2", "It's 123 ok", "It|'s| 123| ok")]
    [InlineData("smollm", "It's 123 ok", "It|'s| |1|2|3| ok")]
    [InlineData("llama-bpe", "IT'S 1234 ok\n\n!", "IT|'S| |123|4| ok|\n\n|!")]
    [InlineData("qwen2", "IT'S 12 ok", "IT|'S| |1|2| ok")]
    [InlineData("gpt-4o", "HelloWorld's x", "Hello|World's| x")]
    [InlineData("tekken", "HelloWorld 12", "Hello|World| |1|2")]
    public void Encode_NamedPattern_CutsThere(string pre, string text, string pieces)
    {
        // Every stretch of the text is a token and every two neighbours merge: what stays apart was cut by the pattern.
        string[] characters = [.. text.Select(character => character switch { ' ' => "Ġ", '\n' => "Ċ", _ => character.ToString() })];
        HashSet<string> tokens = [.. characters], merges = [];
        for (int start = 0; start < text.Length; start++)
        {
            for (int end = start + 2; end <= text.Length; end++)
            {
                tokens.Add(string.Concat(characters[start..end]));
                merges.UnionWith(Enumerable.Range(start + 1, end - start - 1).Select(cut => $"{string.Concat(characters[start..cut])} {string.Concat(characters[cut..end])}"));
            }
        }

        Tokenizer tokenizer = Read(ByteLevel(pre, [.. tokens]).Add("tokenizer.ggml.merges", [.. merges]).Add("tokenizer.ggml.add_bos_token", false));
        Assert.Equal(pieces, string.Join('|', tokenizer.Encode(text).Select(id => tokenizer.Decode([id]))));
    }

    [Fact]
    public void ChatTemplates_MainAndNamed_AreGiven()
    {
        using GgufFile file = GgufFileTests.Open(new GgufBytes().Add("tokenizer.chat_template", "main").Add("tokenizer.chat_template.tool_use", "tools").Add("tokenizer.chat_templates", ["tool_use"]));
        Assert.Equal(new Dictionary<string, string> { ["default"] = "main", ["tool_use"] = "tools" }, GgufTokenizer.ChatTemplates(file));
    }

    // Joins the two neighbours whose text has the best score, the leftmost of equal ones, until none is a token; then the characters that are no token become their bytes.
    private static List<int> Slow(List<string> tokens, float[] scores, string text)
    {
        List<string> parts = [.. text.Select(character => character.ToString())];
        while (true)
        {
            int best = -1;
            float score = float.NegativeInfinity;
            for (int i = 0; i + 1 < parts.Count; i++)
            {
                int id = tokens.IndexOf(parts[i] + parts[i + 1]);
                if (id >= 0 && scores[id] > score)
                    (best, score) = (i, scores[id]);
            }

            if (best < 0)
                break;
            parts[best] += parts[best + 1];
            parts.RemoveAt(best + 1);
        }

        return [.. parts.SelectMany(part => tokens.IndexOf(part) is int id and >= 0 ? [id] : Encoding.UTF8.GetBytes(part).Select(value => 3 + value))];
    }

    private static Tokenizer Read(GgufBytes bytes) => Read(bytes, out _);

    private static Tokenizer Read(GgufBytes bytes, out IReadOnlyCollection<string> notes)
    {
        using GgufFile file = GgufFileTests.Open(bytes);
        Tokenizer tokenizer = GgufTokenizer.Read(file);
        notes = file.Metadata.Notes;
        return tokenizer;
    }

    private static GgufBytes SentencePiece(string[] tokens, float[] scores, int[] types) =>
        new GgufBytes().Add("tokenizer.ggml.model", "llama").Add("tokenizer.ggml.tokens", tokens).Add("tokenizer.ggml.scores", scores).Add("tokenizer.ggml.token_type", types);

    private static GgufBytes ByteLevel(string pre, params string[] tokens)
    {
        GgufBytes bytes = new GgufBytes().Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.pre", pre);
        return tokens.Length == 0 ? bytes : bytes.Add("tokenizer.ggml.tokens", tokens);
    }

    private static string[] Texts(JsonElement vocabulary, string name) => [.. vocabulary.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];
}
