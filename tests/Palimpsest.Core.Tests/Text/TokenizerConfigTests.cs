using Palimpsest.Common;
using Palimpsest.Text;
using Palimpsest.Text.Templates;

namespace Palimpsest.Tests.Text;

/// <summary>What the files beside tokenizer.json change.</summary>
public sealed class TokenizerConfigTests
{
    private const string Words =
        """{"type":"WordPiece","vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"cafe":3,"caf\u00e9":4,"Cafe":5,"\u6771":6,"\u6771\u4eac":7,"##\u4eac":8,"\u4eac":9}}""";

    [Fact]
    public void Load_RolesInTheMapAlone_AreReadAndReachTheTemplate()
    {
        Tokenizer tokenizer =
            Load(TinyTokenizer.Of("a <s> </s>"), """{"chat_template": "{{ bos_token }}{{ eos_token }}"}""",
            """{"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>"}""");
        Assert.Equal((1, 2), (tokenizer.BeginToken, tokenizer.EndToken));
        Assert.Equal("<s></s>", ChatTemplate.Of(tokenizer)!.Render([new("user", "a")]));
        Assert.Equal([1, 0, 2], tokenizer.Encode("<s>a</s>"));
        Assert.True(tokenizer.IsSpecial(1));
    }

    [Theory]
    [InlineData("""{"bos_token": "b"}""", 0)]
    [InlineData("""{"bos_token": "b", "added_tokens_decoder": {}}""", 1)]
    public void Load_RolesInBothFiles_TheMapWinsWhereTheConfigurationIsOfBeforeTheAddedTokens(string config, int begin) =>
        Assert.Equal(begin, Load(TinyTokenizer.Of("a b"), config, """{"bos_token": "a"}""").BeginToken);

    [Fact]
    public void Load_TokensThatTheFileDoesNotList_AreAddedInTheOrderOfTheirIds()
    {
        Tokenizer tokenizer = Load(
            TinyTokenizer.Of("a b"),
            """{"added_tokens_decoder": {"11": {"content": "<y>", "special": true}, "3": {"content": "<x>", "lstrip": true}, "0": {"content": "a"}}, "eos_token": "<end>", "pad_token": "<pad>", "additional_special_tokens": ["<z>"]}""");
        Assert.Equal([2, 3, 4, 5], new[] { "<x>", "<y>", "<end>", "<z>" }.Select(token => tokenizer.IdOf(token)!.Value));
        Assert.Equal([0, 2, 1, 4], tokenizer.Encode("a  <x>b<end>"));
        Assert.Equal((4, null, 6), (tokenizer.EndToken, tokenizer.PadToken, tokenizer.VocabularySize));
        Assert.False(tokenizer.IsSpecial(2));
        Assert.True(tokenizer.IsSpecial(5));
    }

    [Theory]
    [InlineData("{}", "CAF\u00c9", 3)]
    [InlineData("""{"do_lower_case": false}""", "Cafe", 5)]
    [InlineData("""{"do_lower_case": true, "strip_accents": false}""", "Caf\u00c9", 4)]
    [InlineData("""{"tokenize_chinese_chars": false}""", "\u6771\u4eac", 7)]
    [InlineData("""{"tokenize_chinese_chars": true}""", "\u6771", 6)]
    public void Load_SettingsOfBert_AreSetOverTheNormalizer(string config, string text, int id)
    {
        TinyTokenizer file =
            TinyTokenizer.Of("a").With("model", Words).With("normalizer",
            """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""").With("pre_tokenizer",
            """{"type":"BertPreTokenizer"}""");
        Assert.Equal([id], Load(file, config).Encode(text));
    }

    [Theory]
    [InlineData("""{"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "add_bos_token": true, "add_eos_token": false}""",
        new[] { 1, 0 })]
    [InlineData("""{"tokenizer_class": "LlamaTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "add_bos_token": false, "add_eos_token": true}""",
        new[] { 0, 2 })]
    [InlineData("""{"tokenizer_class": "GemmaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "add_eos_token": true}""", new[] { 1, 0, 2 })]
    [InlineData("""{"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "add_bos_token": false}""", new[] { 1, 0 })]
    public void Load_BeginAndEndOfTheLlamaClasses_AreThoseOfTheConfiguration(string config, int[] ids)
    {
        TinyTokenizer file =
            TinyTokenizer.Of("a <s> </s>").With("post_processor",
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}""");
        Assert.Equal(ids, Load(file, config).Encode("a"));
    }

    [Theory]
    [InlineData("""{"split_special_tokens": true}""", "split_special_tokens is true")]
    [InlineData("""{"eos_token": 7}""", "eos_token must be a string")]
    [InlineData("""{"added_tokens_decoder": {"x": {"content": "y"}}}""", "added_tokens_decoder.x must stand under the id of a token")]
    [InlineData("""[]""", "tokenizer_config.json: must be an object")]
    public void Load_SettingsThatCannotBeFollowed_AreNamed(string config, string message) =>
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => Load(TinyTokenizer.Of("a b"), config)).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_PrefixSpaceOfTheConfiguration_IsSetOverTheFile()
    {
        TinyTokenizer file = TinyTokenizer.Bytes();
        Assert.Equal(['a'], Load(file, "{}").Encode("a"));
        Assert.Equal([' ', 'a'], Load(file, """{"add_prefix_space": true}""").Encode("a"));
    }

    [Fact]
    public void Save_AllFiles_AreWritten()
    {
        using Palimpsest.Tests.Data.TemporaryFile copy = new();
        Load(TinyTokenizer.Of("a b"), "{}", """{"eos_token": "b"}""").Save(copy.Folder);
        Assert.Equal(1, Tokenizer.Load(copy.Folder).EndToken);
    }

    [Fact]
    public void Load_SettingsThatNobodyKnows_AreNamed()
    {
        Assert.Contains("the settings my_own, other are not known and not read.",
            Assert.Single(Load(TinyTokenizer.Of("a b"), """{"my_own": 1, "legacy": false, "image_token": "b", "other": null}""").Notes),
            StringComparison.Ordinal);
        Assert.Empty(Load(TinyTokenizer.Of("a b"), """{"legacy": false}""").Notes);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Configs))]
    public void Knows_EveryKeyOfTheReferences(string path) =>
        Assert.DoesNotContain(System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, object?>>(File.ReadAllText(path))!.Keys, key =>
            !TokenizerConfig.Knows(key));

    public static IEnumerable<TheoryDataRow<string>> Configs() => new[] { "models", "golden", "cases" }.Select(name => GoldenData.Find(name)).OfType<string>()
        .SelectMany(folder => Directory.EnumerateFiles(folder, "tokenizer_config.json", SearchOption.AllDirectories)).Select(path =>
            new TheoryDataRow<string>(path));

    private static Tokenizer Load(TinyTokenizer file, string config, string? map = null)
    {
        using Palimpsest.Tests.Data.TemporaryFile main = new(file.Json, "tokenizer.json");
        AtomicFile.WriteText(Path.Combine(main.Folder, "tokenizer_config.json"), config);
        if (map is not null)
        {
            AtomicFile.WriteText(Path.Combine(main.Folder, "special_tokens_map.json"), map);
        }

        return Tokenizer.Load(main.Folder);
    }
}
