using System.Text.Json;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>A real checkpoint against its reference figures, where PALIMPSEST_DATA names a folder that holds both; without it there are no cases.</summary>
public sealed class TinyStoriesTests
{
    public static TheoryData<string> Roots() =>
        Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root && File.Exists(Path.Combine(root, "models", "tinystories-656k", "expected.json")) ? [root] : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Roots))]
    public void Stories_IdsLikelihoodAndGreedyTexts_EqualReference(string root)
    {
        string folder = Path.Combine(root, "models", "tinystories-656k");
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;
        Tokenizer tokenizer = Tokenizer.Load(folder);
        using CausalModel model = ModelFolder.Load(folder, TestContexts.F32(), LoadMode.Mapped);
        using IDisposable noGrad = no_grad();
        double nats = 0;
        long tokens = 0;
        int[]? first = null;
        foreach (string line in File.ReadLines(Path.Combine(root, "data", "tinystories-text", "first100.jsonl")))
        {
            using DisposeScope scope = NewDisposeScope();
            int[] ids = [.. tokenizer.Encode(JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!).Take(512)];
            first ??= ids;
            long[] rows = [.. Enumerable.Range(0, ids.Length - 1).Select(i => (long)i)];
            Tensor hidden = model.Hidden(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length]));
            nats += model.LossSum(hidden, rows, [.. ids.Skip(1).Select(id => (long)id)]).item<float>();
            tokens += rows.Length;
        }

        Assert.Equal(expected.GetProperty("first_story_ids").EnumerateArray().Select(id => id.GetInt32()), first);
        Assert.Equal(expected.GetProperty("tokens").GetInt64(), tokens);
        Assert.Equal(expected.GetProperty("nats_per_token").GetDouble(), nats / tokens, 1e-4);

        // The reference counts an unknown token as six characters when it decodes; its own count is the unit of its figure.
        Assert.Equal(expected.GetProperty("nats_per_character").GetDouble(), nats / expected.GetProperty("characters").GetInt64(), 1e-4);
        foreach (JsonElement greedy in expected.GetProperty("greedy").EnumerateArray())
        {
            int[] prompt = tokenizer.Encode(greedy.GetProperty("prompt").GetString()!), ids = [.. greedy.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            int[] made = TextGenerator.Generate(model, [prompt], new SamplingOptions { MaxNewTokens = ids.Length - prompt.Length }, new RandomStream(1))[0];
            Assert.Equal(ids, prompt.Concat(made));
            Assert.Equal(greedy.GetProperty("text").GetString(), tokenizer.Decode([.. prompt, .. made]));
        }
    }
}
