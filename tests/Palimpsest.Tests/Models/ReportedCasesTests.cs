using System.Text.Json;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Models;

/// <summary>Small models that users of other programs have tripped over, with the outputs that are right; where PALIMPSEST_DATA names them.</summary>
public sealed class ReportedCasesTests
{
    public static TheoryData<string, string, float[]> Vectors()
    {
        TheoryData<string, string, float[]> cases = [];
        if (Case("04-bert-gamma-beta") is string norms)
        {
            JsonElement expected = Expected(norms);
            cases.Add(Path.Combine(norms, "legacy"), "one two", Numbers(expected.GetProperty("vectors")[0]));
            cases.Add(Path.Combine(norms, "modern"), "one two", Numbers(expected.GetProperty("vectors")[0]));
        }

        if (Case("06-st-default-prompt") is string prompts)
        {
            JsonElement expected = Expected(prompts);
            cases.Add(Path.Combine(prompts, "model"), expected.GetProperty("text").GetString()!, Numbers(expected.GetProperty("with_default_prompt")));
            cases.Add(Path.Combine(prompts, "control-no-default"), expected.GetProperty("text").GetString()!, Numbers(expected.GetProperty("without")));
        }

        return cases;
    }

    public static TheoryData<string, string, string> Continuations() => Case("22-peft-saved-embeddings") is string saved
        ? new() { { saved, "", "one two" }, { saved, "adapter", "one four" }, { saved, "control-modules-to-save", "one four" } }
        : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Vectors))]
    public void Embed_ReportedFolder_GivesTheRightVector(string folder, string text, float[] expected)
    {
        using SentenceEncoder encoder = SentenceEncoder.Load(folder, TestContexts.F32());
        Assert.Equal(expected, encoder.Embed([text])[0], (a, b) => Math.Abs(a - b) <= 2e-5);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Continuations))]
    public void Attach_AdapterWithWholeEmbeddings_ChangesTheNextWord(string folder, string adapter, string expected)
    {
        using LanguageModel model = LanguageModel.Load(Path.Combine(folder, "model"), TestContexts.F32(), LoadMode.Mapped);
        if (adapter.Length > 0)
        {
            model.Attach(Path.Combine(folder, adapter));
        }

        int[] prompt = model.Tokenizer.Encode("one");
        int[] made = TextGenerator.Generate(model.Model, [prompt], new SamplingOptions { MaxNewTokens = 1 }, new RandomStream(0))[0];
        Assert.Equal(expected, model.Tokenizer.Decode([.. prompt, .. made]));
    }

    private static string? Case(string name) =>
        Path.Combine(Environment.GetEnvironmentVariable("PALIMPSEST_DATA") ?? "none", "cases", name) is string folder && Directory.Exists(folder)
            ? folder
            : null;

    private static JsonElement Expected(string folder) => JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;

    private static float[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetSingle())];
}
