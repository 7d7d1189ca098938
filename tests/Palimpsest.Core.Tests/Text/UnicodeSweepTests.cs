using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Palimpsest.Text;
using Palimpsest.Text.Normalization;
using Palimpsest.Text.Patterns;
using Palimpsest.Text.PreTokenization;
using Palimpsest.Text.Templates;

namespace Palimpsest.Tests.Text;

/// <summary>What single characters are, for every code point there is: against the reference library's own tables, and against hashes that CPython 3.11
/// (Unicode 14.0) gives.</summary>
/// <remarks>
/// A hash is the beginning of the SHA-256 of UTF-8 text: of all characters that a method holds for, or of what a method makes of each character, one after the
/// other. For <c>lower+</c> and its like the method sees
/// <c>"A" + c + "Σb" + c + "Σ"</c>, where the sigma depends on its neighbours. For normal forms the characters that <c>unicode.json</c> lists as different from
/// Unicode 14 count as it says.
/// </remarks>
public sealed class UnicodeSweepTests
{
    private static readonly int[] s_every = [.. Enumerable.Range(0, 0x110000).Where(codePoint => codePoint is < 0xD800 or > 0xDFFF)];

    public static IEnumerable<TheoryDataRow<string>> RegexClasses() =>
        GoldenData.Folder is null
            ? [] : Unicode().GetProperty("regex").GetProperty("classes").EnumerateObject().Select(item => new TheoryDataRow<string>(item.Name)).ToList();

    public static IEnumerable<TheoryDataRow<string>> Letters() =>
        GoldenData.Folder is null
            ? [] : Unicode().GetProperty("regex_ignore_case").GetProperty("letters").EnumerateObject().Select(item =>
            new TheoryDataRow<string>(item.Name)).ToList();

    public static IEnumerable<TheoryDataRow<string, string, string>> PieceClasses() => GoldenData.Folder is null ? [] :
    [
        new("bert_pre_tokenizer", "punctuation", """{"type":"BertPreTokenizer"}"""),
        new("bert_pre_tokenizer", "punctuation", """{"type":"Punctuation"}"""),
        new("digits", "numeric", """{"type":"Digits","individual_digits":true}"""),
        new("bert_pre_tokenizer", "whitespace", """{"type":"BertPreTokenizer"}"""),
        new("whitespace_split", "whitespace", """{"type":"WhitespaceSplit"}"""),
    ];

    public static IEnumerable<TheoryDataRow<string, string, string, string>> Changes() => GoldenData.Folder is null ? [] :
    [
        new("bert_clean_text", "removed",
            """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":false,"lowercase":false}""", ""),
        new("bert_clean_text", "space", """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":false,"lowercase":false}""",
            " "),
        new("bert_chinese", "ideographs",
            """{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":true,"strip_accents":false,"lowercase":false}""", " c "),
        new("bert_strip_accents", "removed",
            """{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":false,"strip_accents":true,"lowercase":false}""", ""),
        new("strip_accents", "removed", """{"type":"StripAccents"}""", ""),
        new("nmt", "removed", """{"type":"Nmt"}""", ""),
        new("nmt", "space", """{"type":"Nmt"}""", " "),
    ];

    [Theory(SkipTestWithoutData = true), MemberData(nameof(RegexClasses))]
    public void RegexClass_AllCodePoints_EqualReference(string name)
    {
        CodePointRegex regex = new(name is "s" or "w" or "d" ? $@"\{name}" : $@"\p{{{name}}}");
        AssertSet(Unicode().GetProperty("regex").GetProperty("classes").GetProperty(name), text => Matches(regex, text));
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Letters))]
    public void RegexIgnoringCase_AllCodePoints_EqualReference(string letter)
    {
        CodePointRegex regex = new($"(?i:{letter})");
        AssertSet(Unicode().GetProperty("regex_ignore_case").GetProperty("letters").GetProperty(letter), text => Matches(regex, text));
    }

    // Each character stands between two letters: white space is dropped, and what is a piece of its own parts them.
    [Theory(SkipTestWithoutData = true), MemberData(nameof(PieceClasses))]
    public void PreTokenizer_AllCodePoints_EqualReference(string part, string set, string json)
    {
        PreTokenizer splitter = PreTokenizerReader.Read(new JsonPart(JsonSerializer.Deserialize<JsonElement>(json), "sweep", "pre_tokenizer"));
        AssertSet(Unicode().GetProperty(part).GetProperty(set), text =>
        {
            PieceText pieces = new($"a{text}b", atStart: true);
            splitter.Apply(pieces);
            return pieces.Pieces.Count == (set == "whitespace" ? 2 : 3);
        });
    }

    // A space that stays one is listed for BERT and not for Nmt.
    [Theory(SkipTestWithoutData = true), MemberData(nameof(Changes))]
    public void Normalizer_AllCodePoints_EqualReference(string part, string set, string json, string changed)
    {
        Normalizer normalizer = NormalizerReader.Read(new JsonPart(JsonSerializer.Deserialize<JsonElement>(json), "sweep", "normalizer"));
        AssertSet(Unicode().GetProperty(part).GetProperty(set), text => normalizer.Apply(text) == changed.Replace("c", text, StringComparison.Ordinal)
            && (text != changed || part != "nmt"));
    }

    [Fact]
    public void Lowercase_AllCodePoints_EqualsReference()
    {
        Assert.SkipWhen(GoldenData.Folder is null, "PALIMPSEST_DATA is not set.");
        Dictionary<string, string> map = Unicode().GetProperty("lowercase").GetProperty("map").Deserialize<Dictionary<string, string>>()!;
        LowercaseNormalizer normalizer = new();
        List<string> unequal =
            [.. s_every.Where(codePoint =>
            normalizer.Apply(char.ConvertFromUtf32(codePoint)) != (map.TryGetValue($"{codePoint:X}", out string? lower)
            ? Characters(lower) : char.ConvertFromUtf32(codePoint))).Select(codePoint => $"{codePoint:X}")];
        GoldenData.AssertEqual(unequal, s_every.Length);
    }

    [Fact]
    public void CombiningClasses_TakenAsZero_EqualReference()
    {
        Assert.SkipWhen(GoldenData.Folder is null, "PALIMPSEST_DATA is not set.");
        List<int> unequal =
            [.. Ranges(Unicode().GetProperty("normalization").GetProperty("combining_class_taken_as_zero")).Where(codePoint =>
            UnicodeTables.CombiningClass(codePoint) != 0)];
        Assert.Empty(unequal);
    }

    [Theory]
    [InlineData("NFC", "1ffc8e6ce9e83df8")]
    [InlineData("NFD", "8899870feb76ce43")]
    [InlineData("NFKC", "f3ea4fbaae5ffd9e")]
    [InlineData("NFKD", "cda1a49f5743c4e8")]
    public void NormalForm_AllCodePoints_HashesAsPythonAndTheListedDifferencesDo(string form, string hash)
    {
        UnicodeNormalizer normalizer = new(form.EndsWith('C'), form.Contains('K', StringComparison.Ordinal));
        Assert.Equal(hash, Hash(codePoint => normalizer.Apply(char.ConvertFromUtf32(codePoint))));
    }

    [Theory]
    [InlineData("isalpha", "e81817f34cde2ce4")]
    [InlineData("isdecimal", "89f73c69f6bf477a")]
    [InlineData("isdigit", "2635b4a1b0a8aba6")]
    [InlineData("isnumeric", "24fb8baac627145b")]
    [InlineData("isalnum", "98066b09114e1e02")]
    [InlineData("isprintable", "6bf71390afb42f14")]
    [InlineData("isupper", "4e232caf5274a37c")]
    [InlineData("islower", "d7f1d12521d846dc")]
    [InlineData("istitle", "9bc1e539be646633")]
    [InlineData("isspace", "690d49e0bc6f7872")]
    public void StringTest_AllCodePoints_HashesAsPythonDoes(string method, string hash) =>
        Assert.Equal(hash, Hash(codePoint => Call(char.ConvertFromUtf32(codePoint), method) is true ? char.ConvertFromUtf32(codePoint) : ""));

    [Theory]
    [InlineData("lower", "958a7ea6410864d6")]
    [InlineData("lower+", "82d0dc7ef50836e6")]
    [InlineData("upper", "61a79e5ccd3ab390")]
    [InlineData("upper+", "42596969460889d1")]
    [InlineData("title", "11cf5777bb4cd71b")]
    [InlineData("title+", "c839ab636376cdbf")]
    [InlineData("casefold", "0b6a26871128d7c8")]
    [InlineData("casefold+", "a4532289e2b57824")]
    [InlineData("swapcase", "4c7ecd74b01e1f6b")]
    [InlineData("swapcase+", "7a301c0bb8b6a7db")]
    [InlineData("capitalize", "11cf5777bb4cd71b")]
    [InlineData("capitalize+", "5ae3e9c681858c83")]
    public void CaseMethod_AllCodePoints_HashesAsPythonDoes(string method, string hash)
    {
        bool among = method.EndsWith('+');
        Assert.Equal(hash, Hash(codePoint =>
        {
            string one = char.ConvertFromUtf32(codePoint);
            return (string)Call(among ? $"A{one}\u03A3b{one}\u03A3" : one, method.TrimEnd('+'))!;
        }));
    }

    private static object? Call(string text, string method) => StringMethods.Find(text, method, new TemplateBudget())!.Run(new CallArguments(method, [], []));

    private static string Hash(Func<int, string> part)
    {
        StringBuilder all = new();
        foreach (int codePoint in s_every)
        {
            all.Append(part(codePoint));
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())))[..16];
    }

    private static bool Matches(CodePointRegex regex, string text)
    {
        List<TextMatch> matches = [];
        regex.FindAll(text, matches);
        return matches.Count == 1;
    }

    private static void AssertSet(JsonElement ranges, Func<string, bool> holds)
    {
        HashSet<int> expected = [.. Ranges(ranges)];
        List<string> unequal =
            [.. s_every.Where(codePoint => expected.Contains(codePoint) != holds(char.ConvertFromUtf32(codePoint))).Select(codePoint => $"{codePoint:X}")];
        GoldenData.AssertEqual(unequal, s_every.Length);
    }

    private static JsonElement Unicode() =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(GoldenData.Folder!, "components", "unicode.json")));

    private static string Characters(string codes) => string.Concat(codes.Split(' ').Select(code => char.ConvertFromUtf32(Convert.ToInt32(code, 16))));

    private static IEnumerable<int> Ranges(JsonElement ranges) => ranges.EnumerateArray().SelectMany(range =>
    {
        int[] ends = [.. range.GetString()!.Split('-').Select(end => Convert.ToInt32(end, 16))];
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    });
}
