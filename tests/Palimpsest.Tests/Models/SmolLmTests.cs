using System.Text;
using System.Text.Json;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>A real quantised model (SmolLM2-135M-Instruct, Q4_1) against its reference figures, where PALIMPSEST_DATA names a folder that holds both.</summary>
public sealed class SmolLmTests
{
    private const string Name = "smollm2-135m-instruct";

    public static TheoryData<string> Roots() =>
        Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root && File.Exists(Path.Combine(root, "models", Name, "expected.json")) ? [root] : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Roots))]
    public void SmolLm_IdsLogitsGreedyTokensAndPerplexities_EqualReference(string root)
    {
        string folder = Path.Combine(root, "models", Name);
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;
        using LanguageModel model = LanguageModel.Load(Directory.GetFiles(folder, "*.gguf")[0], TestContexts.F32(), LoadMode.Copied);
        using IDisposable noGrad = no_grad();
        double worst = 0;
        foreach (JsonElement prompt in expected.GetProperty("prompts").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            int[] ids = Numbers(prompt.GetProperty("ids"));
            Assert.Equal(ids, model.Tokenizer.Encode(prompt.GetProperty("prompt").GetString()!));
            Tensor hidden = model.Model.Hidden(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length]));
            float[] logits = [.. model.Model.Logits(hidden.narrow(1, ids.Length - 1, 1)).contiguous().data<float>()];
            foreach (JsonElement top in prompt.GetProperty("top_10").EnumerateArray())
            {
                worst = Math.Max(worst, Math.Abs(top[2].GetDouble() - logits[top[0].GetInt32()]));
            }

            int[] greedy = Numbers(prompt.GetProperty("greedy_40"));
            Assert.Equal(greedy, TextGenerator.Generate(model.Model, [ids], new SamplingOptions { MaxNewTokens = 40, StopAtEnd = false }, new RandomStream(1))[0]);
        }

        Assert.InRange(worst, 0, 2e-3);
        foreach (JsonElement text in expected.GetProperty("tokenise").EnumerateArray())
        {
            Assert.Equal(Numbers(text.GetProperty("ids")), model.Tokenizer.Encode(text.GetProperty("text").GetString()!, addSpecialTokens: false));
        }

        StringBuilder figures = new($"{Name}: largest difference of a top-10 logit {worst:E1}");
        foreach (JsonProperty data in expected.GetProperty("perplexity").EnumerateObject().Where(item => item.Value.ValueKind == JsonValueKind.Object))
        {
            (double nats, int tokens) = Nats(model, File.ReadAllText(Path.Combine(root, "data", data.Value.GetProperty("file").GetString()!)));
            figures.Append(System.Globalization.CultureInfo.InvariantCulture, $"; {data.Name} {nats / tokens:F5} nats per token, perplexity {Math.Exp(nats / tokens):F3}");
            Assert.Equal(data.Value.GetProperty("f32").GetProperty("scored_tokens").GetInt32(), tokens);
            Assert.Equal(data.Value.GetProperty("f32").GetProperty("nats_per_token").GetDouble(), nats / tokens, 1e-4);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(figures.ToString());
    }

    /// <summary>The first 20,000 characters in windows of 512 tokens; the first token of a window is not scored.</summary>
    private static (double Nats, int Tokens) Nats(LanguageModel model, string text)
    {
        string start = string.Concat(text.EnumerateRunes().Take(20_000));
        (double nats, int tokens) = (0, 0);
        foreach (int[] window in model.Tokenizer.Encode(start, addSpecialTokens: false).Chunk(512))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor hidden = model.Model.Hidden(tensor(window.Select(id => (long)id).ToArray(), [1, window.Length]));
            nats += Ops.Value(model.Model.LossSum(hidden, [.. Enumerable.Range(0, window.Length - 1).Select(i => (long)i)], [.. window.Skip(1).Select(id => (long)id)]));
            tokens += window.Length - 1;
        }

        return (nats, tokens);
    }

    private static int[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];
}
