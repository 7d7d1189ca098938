using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Palimpsest.Models;
using Palimpsest.Models.Families;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>llama2.c files: all three versions hold the weights they were written from, and a real one gives its reference texts and figures.</summary>
public sealed class Llama2cTests
{
    private static readonly LlamaConfig Shape = new()
    {
        VocabularySize = 12,
        HiddenSize = 16,
        IntermediateSize = 24,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadWidth = 4,
        ContextLength = 20,
        NormEpsilon = 1e-5,
        TiedEmbeddings = true,
        BeginToken = 1,
        EndTokens = [2],
    };

    public static TheoryData<string> Roots() =>
        Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root && File.Exists(Path.Combine(root, "models", "stories260K", "expected.json")) ? [root] : [];

    [Theory]
    [InlineData(0, true, 0)]
    [InlineData(0, false, 0)]
    [InlineData(1, true, 0)]
    [InlineData(1, false, 0)]
    [InlineData(2, true, 0.02)]
    [InlineData(2, false, 0.02)]
    public void Load_EveryVersion_GivesTheWeightsBack(int version, bool tied, double tolerance)
    {
        using TemporaryFolder folder = new();
        using CausalModel model = Model(tied);
        Write(model, folder.At("model.bin"), version);
        Vocabulary(folder.At("tok12.bin"));
        using LanguageModel loaded = LanguageModel.Load(folder.At("model.bin"), TestContexts.F32());
        Assert.Equal(model.Parameters.Layout.Hash, loaded.Model.Parameters.Layout.Hash);
        Assert.InRange(TestContexts.LargestDifference(model.Parameters.Flat!.Values, loaded.Model.Parameters.Flat!.Values), 0, tolerance);
        Assert.Equal([1, 7, 8], loaded.Tokenizer.Encode("ab b"));
        Assert.Equal("ab b", loaded.Tokenizer.Decode([1, 7, 8]));
    }

    [Theory]
    [InlineData(-4, "is truncated")]
    [InlineData(4, "is damaged")]
    public void Open_OtherLength_SaysSo(int more, string message)
    {
        using TemporaryFolder folder = new();
        using CausalModel model = Model(tied: true);
        Write(model, folder.At("model.bin"), 0);
        byte[] bytes = File.ReadAllBytes(folder.At("model.bin"));
        Array.Resize(ref bytes, bytes.Length + more);
        Palimpsest.Common.AtomicFile.Write(folder.At("model.bin"), stream => stream.Write(bytes));
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => ModelSource.Open(folder.At("model.bin"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HeaderThatClaimsTenThousandLayers_IsRefusedBeforeAnythingIsMadeOfThem()
    {
        using TemporaryFolder folder = new();
        int[] header = [64, 64, 10_000, 4, 4, 100, 20];
        Palimpsest.Common.AtomicFile.Write(folder.At("model.bin"), stream => stream.Write(MemoryMarshal.AsBytes(header.AsSpan())));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("is truncated", Assert.Throws<PalimpsestException>(() => ModelSource.Open(folder.At("model.bin"))).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void ReadTokenizer_MissingOrOfAnotherModel_SaysWhatIsWanted()
    {
        using TemporaryFolder folder = new();
        using CausalModel model = Model(tied: true);
        Write(model, folder.At("model.bin"), 0);
        using ModelSource source = ModelSource.Open(folder.At("model.bin"));
        Assert.Contains("tok12.bin and tokenizer.bin", Assert.Throws<PalimpsestException>(() => source.ReadTokenizer()).Message, StringComparison.Ordinal);
        Palimpsest.Common.AtomicFile.Write(folder.At("tokenizer.bin"), stream => stream.Write(new byte[40]));
        Assert.Contains("does not hold exactly the 12 tokens", Assert.Throws<PalimpsestException>(() => source.ReadTokenizer()).Message, StringComparison.Ordinal);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Roots))]
    public void Stories260K_IdsLikelihoodAndGreedyTexts_EqualReference(string root)
    {
        string folder = Path.Combine(root, "models", "stories260K");
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;
        using LanguageModel model = LanguageModel.Load(Path.Combine(folder, "stories260K.bin"), TestContexts.F32(), LoadMode.Copied);
        using IDisposable noGrad = no_grad();
        (double nats, long tokens) = (0, 0);
        string[] stories = [.. File.ReadLines(Path.Combine(root, "data", "tinystories-text", "first100.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!)];
        double[] firstTen = [.. expected.GetProperty("first_ten_stories_nats").EnumerateArray().Select(item => item.GetDouble())];
        for (int story = 0; story < stories.Length; story++)
        {
            using DisposeScope scope = NewDisposeScope();
            int[] all = model.Tokenizer.Encode(stories[story]), ids = [.. all.Take(512)];
            if (story == 0)
            {
                Assert.Equal(expected.GetProperty("first_story_ids").EnumerateArray().Select(id => id.GetInt32()), ids);
            }

            Tensor hidden = model.Model.Hidden(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length]));
            double loss = Ops.Value(model.Model.LossSum(hidden, [.. Enumerable.Range(0, ids.Length - 1).Select(i => (long)i)], [.. ids.Skip(1).Select(id => (long)id)]));
            (nats, tokens) = (nats + loss, tokens + ids.Length - 1);
            if (story < 10)
            {
                Assert.Equal(firstTen[story], loss, 1e-4 * firstTen[story]);
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"stories260K: {nats / tokens:F6} nats per token of {tokens} tokens");
        Assert.Equal(expected.GetProperty("tokens").GetInt64(), tokens);
        Assert.Equal(expected.GetProperty("nats_per_token").GetDouble(), nats / tokens, 1e-4);
        foreach (JsonElement greedy in expected.GetProperty("greedy").EnumerateArray())
        {
            int[] ids = [.. greedy.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())], prompt = model.Tokenizer.Encode(greedy.GetProperty("prompt").GetString()!);
            int[] made = TextGenerator.Generate(model.Model, [prompt], new SamplingOptions { MaxNewTokens = ids.Length - prompt.Length }, new RandomStream(1))[0];
            Assert.Equal(ids, prompt.Concat(made));
            Assert.Equal(greedy.GetProperty("text").GetString(), model.Tokenizer.Decode([.. prompt, .. made]));
        }
    }

    private static CausalModel Model(bool tied) => CausalModel.Create(Shape with { TiedEmbeddings = tied }, TestContexts.F32(), new RandomStream(3));

    /// <summary>Writes a model as the exporter of llama2.c does.</summary>
    private static void Write(CausalModel model, string path, int version) => Palimpsest.Common.AtomicFile.Write(path, stream =>
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        bool tied = model.Config.TiedEmbeddings;
        int[] numbers = [16, 24, 2, 4, 2, version == 0 && !tied ? -12 : 12, 20];
        if (version > 0)
        {
            writer.Write(0x616b3432);
            writer.Write(version);
        }

        Array.ForEach(numbers, writer.Write);
        if (version > 0)
        {
            writer.Write(tied);
            writer.Write(8);
            writer.Write(new byte[256 - 41]);
        }

        void Plain(string name) => writer.Write(MemoryMarshal.AsBytes(Values(model, name).AsSpan()));
        void Layers(string kind, Action<string> write) => Enumerable.Range(0, 2).ToList().ForEach(layer => write($"model.layers.{layer}.{kind}.weight"));
        void Quantised(string name)
        {
            float[][] groups = [.. Values(model, name).Chunk(8)];
            float[] scales = [.. groups.Select(group => group.Max(Math.Abs) / 127)];
            writer.Write([.. groups.Zip(scales).SelectMany(pair => pair.First.Select(value => (byte)(sbyte)MathF.Round(value / pair.Second)))]);
            writer.Write(MemoryMarshal.AsBytes(scales.AsSpan()));
        }

        string[] attention = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"], mlp = ["mlp.gate_proj", "mlp.down_proj", "mlp.up_proj"];
        Action<string> matrix = version == 2 ? Quantised : Plain;
        if (version > 0)
        {
            Layers("input_layernorm", Plain);
            Layers("post_attention_layernorm", Plain);
            Plain("model.norm.weight");
        }

        matrix("model.embed_tokens.weight");
        if (version == 0)
        {
            Layers("input_layernorm", Plain);
        }

        Array.ForEach(attention, kind => Layers(kind, matrix));
        if (version == 0)
        {
            Layers("post_attention_layernorm", Plain);
        }

        Array.ForEach(mlp, kind => Layers(kind, matrix));
        if (version == 0)
        {
            Plain("model.norm.weight");
            writer.Write(new byte[20 * 4 * 4]);
        }

        if (!tied)
        {
            matrix("lm_head.weight");
        }
    });

    private static float[] Values(CausalModel model, string name)
    {
        float[] values = [.. model.Parameters[name].detach().contiguous().view(-1).data<float>()];
        int heads = name.Contains("q_proj", StringComparison.Ordinal) ? 4 : name.Contains("k_proj", StringComparison.Ordinal) ? 2 : 0;
        if (heads == 0)
        {
            return values;
        }

        // Halves of a head to neighbouring pairs: rows 0, 1, 2, 3 of a head of 4 go to 0, 2, 1, 3.
        float[][] rows = [.. values.Chunk(16)];
        return [.. Enumerable.Range(0, heads).SelectMany(head => new[] { 0, 2, 1, 3 }.SelectMany(row => rows[(head * 4) + row]))];
    }

    private static void Vocabulary(string path) => Palimpsest.Common.AtomicFile.Write(path, stream =>
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(8);
        foreach ((string token, float score) in new[] { ("<unk>", 0f), ("\n<s>\n", 0f), ("\n</s>\n", 0f), (" ", -3f), ("a", -4f), ("b", -5f), ("ab", -1f), (" ab", -0.5f), (" b", -2f), ("<0x0A>", 0f), ("<0x41>", 0f), ("<0x42>", 0f) })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(token);
            writer.Write(score);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    });
}
