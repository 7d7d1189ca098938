using System.Text.Json;
using Palimpsest.Text;
using Palimpsest.Text.Decoding;
using Palimpsest.Text.Normalization;
using Palimpsest.Text.PreTokenization;

namespace Palimpsest.Tests.Text;

/// <summary>Single parts of tokenizers against what the reference library gives.</summary>
public sealed class GoldenComponentTests
{
    private static readonly string[] s_unsupported = ["unicode-scripts", "ctc"];

    public static IEnumerable<TheoryDataRow<string>> Normalizers() => Parts("normalizer");

    public static IEnumerable<TheoryDataRow<string>> PreTokenizers() => Parts("pre_tokenizer");

    public static IEnumerable<TheoryDataRow<string>> Decoders() => Parts("decoder");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Normalizers))]
    public void Normalizer_Texts_EqualReference(string name)
    {
        Normalizer normalizer = NormalizerReader.Read(Part("normalizer", name));
        Compare("normalizers.jsonl", name, line => GoldenData.Text(line, "normalized"), line => normalizer.Apply(GoldenData.Text(line, "text")));
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(PreTokenizers))]
    public void PreTokenizer_Texts_EqualReference(string name)
    {
        PreTokenizer preTokenizer = PreTokenizerReader.Read(Part("pre_tokenizer", name));
        Compare("pre_tokenizers.jsonl", name, line => string.Join('\0', line.GetProperty("pieces").EnumerateArray().Select(piece => piece[0].GetString())), line =>
        {
            PieceText text = new(GoldenData.Text(line, "text"), atStart: true);
            preTokenizer.Apply(text);
            return string.Join('\0', text.Pieces.Select(piece => text[piece].ToString()));
        });
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Decoders))]
    public void Decoder_Tokens_EqualReference(string name)
    {
        Decoder decoder = DecoderReader.Read(Part("decoder", name));
        Compare("decoders.jsonl", name, line => GoldenData.Text(line, "decoded"), line =>
        {
            List<string> tokens = [.. line.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!)];
            decoder.Apply(tokens);
            return string.Concat(tokens);
        });
    }

    private static void Compare(string file, string part, Func<JsonElement, string> expected, Func<JsonElement, string> actual)
    {
        List<string> unequal = [];
        int total = 0;
        foreach (JsonElement line in GoldenData.Lines(Path.Combine(GoldenData.Folder!, "components", file)).Where(line => GoldenData.Text(line, "part") == part))
        {
            total++;
            string result = actual(line);
            if (expected(line) != result)
                unequal.Add($"{line.GetRawText()} -> {JsonSerializer.Serialize(result)}");
        }

        GoldenData.AssertEqual(unequal, total);
    }

    private static JsonElement PartsFile() => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(GoldenData.Folder!, "components", "parts.json")));

    private static JsonPart Part(string kind, string name)
    {
        JsonElement part = PartsFile().GetProperty(kind).GetProperty(name);
        if (name == "precompiled-nmt-nfkc")
        {
            // The list refers to the file that holds the map.
            JsonElement tokenizer = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(GoldenData.Folder!, "unigram-t5", "tokenizer.json")));
            part = tokenizer.GetProperty("normalizer").GetProperty("normalizers")[0];
        }

        return new JsonPart(part, "parts.json", name);
    }

    private static IEnumerable<TheoryDataRow<string>> Parts(string kind) =>
        GoldenData.Folder is null ? [] : PartsFile().GetProperty(kind).EnumerateObject().Where(part => !s_unsupported.Contains(part.Name)).Select(part => new TheoryDataRow<string>(part.Name)).ToList();
}
