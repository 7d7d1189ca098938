using System.Text.Json;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>A tiny random Llama (tied, biases everywhere, one key-value head, heads wider than width / heads) against values made with transformers 5.23 and torch 2.13.</summary>
public sealed class LlamaGoldenTests
{
    private static readonly JsonElement Expected = JsonDocument.Parse(File.ReadAllText(TestContexts.Golden("llama", "expected.json"))).RootElement;

    [Theory]
    [InlineData("config.json", LoadMode.Trainable)]
    [InlineData("config.legacy.json", LoadMode.Mapped)]
    [InlineData("config.json", LoadMode.Copied)]
    public void Logits_EveryWayToLoad_EqualReference(string config, LoadMode mode)
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), mode, config);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        float[] logits = [.. model.Logits(model.Hidden(Ids())).contiguous().data<float>()];
        int[] positions = [.. Expected.GetProperty("logit_positions").EnumerateArray().Select(p => p.GetInt32())];
        for (int i = 0; i < positions.Length; i++)
        {
            float[] wanted = Floats(Expected.GetProperty("logits")[i]);
            for (int j = 0; j < wanted.Length; j++)
            {
                Assert.Equal(wanted[j], logits[(positions[i] * 160) + j], 1e-4f);
            }
        }
    }

    [Fact]
    public void Gradients_OfTheLoss_EqualReference()
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32());
        using DisposeScope scope = NewDisposeScope();
        long[] labels = [.. Expected.GetProperty("labels").EnumerateArray().Select(l => l.GetInt64())];
        (long[] rows, long[] targets) = Evaluation.Parity.CausalParity.Targets(labels, 23);
        Tensor loss = Ops.Scale(model.LossSum(model.Hidden(Ids()), rows, targets), 1.0 / rows.Length);
        Autograd.Backward(loss);
        Assert.Equal(Expected.GetProperty("loss").GetDouble(), loss.item<float>(), 1e-4);
        foreach (JsonProperty gradient in Expected.GetProperty("gradients").EnumerateObject())
        {
            double largest = gradient.Value.GetProperty("largest").GetDouble();
            float[] wanted = Floats(gradient.Value.GetProperty("first"));
            float[] actual = [.. model.Parameters[gradient.Name].grad!.contiguous().view(-1).data<float>()];
            Assert.Equal(largest, actual.Max(Math.Abs), 1e-4 * largest);
            for (int i = 0; i < wanted.Length; i++)
            {
                Assert.InRange(Math.Abs(wanted[i] - actual[i]) / largest, 0, 1e-4);
            }
        }
    }

    [Fact]
    public void Generate_GreedyAloneAndInAPaddedBatch_EqualsReference()
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);
        int[] greedy = [.. Expected.GetProperty("greedy").EnumerateArray().Select(id => id.GetInt32())];
        int[] prompt = greedy[..9];
        SamplingOptions options = new() { MaxNewTokens = 24, StopAtEnd = false };
        int[][] made = TextGenerator.Generate(model, [prompt, [1, 5, 9, 11, 13, 2, 7, 40, 50, 60, 33, 12], [3]], options, new RandomStream(1));
        Assert.Equal(greedy[9..], made[0]);
        Assert.Equal(TextGenerator.Generate(model, [[3]], options, new RandomStream(1))[0], made[2]);
    }

    [Fact]
    public void Save_AndLoadAgain_GivesTheSameBits()
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32());
            ModelFolder.Save(model, folder);
            using CausalModel again = ModelFolder.Load(folder, TestContexts.F32());
            Assert.Equal(model.Parameters.Layout.Hash, again.Parameters.Layout.Hash);
            Assert.Equal(model.Parameters.Flat!.Values.bytes.ToArray(), again.Parameters.Flat!.Values.bytes.ToArray());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Hooks_AddAndReplace_ReachTheOutputAndGoAgain()
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor plain = model.Hidden(Ids());
        foreach (string point in new[] { "hook_embed", "blocks.1.hook_resid_pre", "blocks.1.attn.hook_z", "blocks.0.hook_attn_out", "blocks.2.hook_resid_mid", "blocks.1.hook_mlp_out", "blocks.2.hook_resid_post" })
        {
            int calls = 0;
            using (model.Hooks.Add(point, x =>
            {
                calls++;
                return x;
            }))
            {
                Assert.InRange(TestContexts.LargestDifference(plain, model.Hidden(Ids())), 0, 1e-6);
            }

            using (model.Hooks.Add(point, x => Ops.Shift(x, 3.0)))
            {
                Assert.True(TestContexts.LargestDifference(plain, model.Hidden(Ids())) > 1e-3, point);
            }

            Assert.Equal(1, calls);
        }

        Assert.Equal(0, TestContexts.LargestDifference(plain, model.Hidden(Ids())));
    }

    [Fact]
    public void Load_UnknownArchitecture_NamesTheKnownOnes()
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            string config = File.ReadAllText(TestContexts.Golden("llama", "config.json")).Replace("LlamaForCausalLM", "MambaForCausalLM", StringComparison.Ordinal);
            Palimpsest.Common.AtomicFile.WriteText(Path.Combine(folder, "config.json"), config);
            PalimpsestException error = Assert.Throws<PalimpsestException>(() => ModelFolder.Load(folder, TestContexts.F32()));
            Assert.Contains("\"MambaForCausalLM\" is not known. Known: LlamaForCausalLM", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Hidden_LongerThanTheContext_SaysSo()
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => model.Hidden(zeros(1, 129, ScalarType.Int64)));
        Assert.Contains("129 tokens is longer than the model's context of 128", error.Message, StringComparison.Ordinal);
    }

    private static Tensor Ids() => tensor(Expected.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt64()).ToArray(), [2, 23]);

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(x => x.GetSingle())];
}
