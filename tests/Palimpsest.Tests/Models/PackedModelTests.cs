using System.Runtime.InteropServices;
using System.Text.Json;
using Palimpsest.Data.Gguf;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using Palimpsest.Torch.Packed;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>Models whose weights stay as their files hold them, against the same weights in f32: decoding gives the same bits.</summary>
public sealed class PackedModelTests
{
    private static readonly string? s_data = Environment.GetEnvironmentVariable("PALIMPSEST_DATA");

    public static TheoryData<string> Golden() => ["gguf-q8_0", "gguf-tied"];

    public static IEnumerable<TheoryDataRow<string>> Models() => s_data is null || !Directory.Exists(Path.Combine(s_data, "golden", "gguf", "models")) ? [] :
        Directory.GetDirectories(Path.Combine(s_data, "golden", "gguf", "models"), "llama-*")
            .Where(folder => File.Exists(Path.Combine(folder, "expected.safetensors")) && Directory.GetFiles(folder, "model*.gguf").Length > 0)
            .Order(StringComparer.Ordinal).Select(folder => new TheoryDataRow<string>(folder));

    public static IEnumerable<TheoryDataRow<string>> Quantised() => s_data is null || !Directory.Exists(Path.Combine(s_data, "models")) ? [] :
        Directory.GetFiles(Path.Combine(s_data, "models"), "*.gguf", SearchOption.AllDirectories)
            .Where(file => File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "expected.json"))).Select(file => new TheoryDataRow<string>(file));

    [Theory]
    [MemberData(nameof(Golden))]
    public void Load_PackedMappedOrCopied_DecodesToTheBitsOfF32(string golden)
    {
        string file = TestContexts.Golden(golden, "model.gguf");
        using CausalModel single = ModelFolder.Load(file, TestContexts.F32(), LoadMode.Copied);
        using CausalModel mapped = ModelFolder.Load(file, TestContexts.F32(), LoadMode.Packed);
        using CausalModel copied = ModelFolder.Load(file, new TorchContext(threads: 1), LoadMode.PackedCopied);
        Assert.InRange(mapped.Parameters.MappedBytes, 1, mapped.Parameters.FrozenBytes);
        Assert.Equal(0, copied.Parameters.MappedBytes);
        Assert.InRange(mapped.Parameters.FrozenBytes, 1, single.Parameters.FrozenBytes * 2 / 3);
        float[] wanted = Decoded(single);
        Assert.Equal(wanted, Decoded(mapped));
        Assert.Equal(wanted, Decoded(copied));

        // The way of training and scoring: libtorch's order of sums is another one.
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tensor(new long[] { 5, 9, 33, 2, 17, 40 }, [1, 6]);
        Assert.InRange(TestContexts.LargestDifference(single.Logits(single.Hidden(ids)), mapped.Logits(mapped.Hidden(ids))), 0, 1e-4);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Models))]
    public void Load_ReferenceModelPacked_GivesItsLogitsAndGreedyTokensAndTheBitsOfF32(string folder)
    {
        string file = Directory.GetFiles(folder, "model*.gguf").Order(StringComparer.Ordinal).First();
        using CausalModel packed = ModelFolder.Load(file, TestContexts.F32(), LoadMode.Packed);
        using CausalModel single = ModelFolder.Load(file, TestContexts.F32(), LoadMode.Copied);
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        long[] ids = Read<long>(expected, "input_ids"), greedy = Read<long>(expected, "greedy");
        float[] logits = Read<float>(expected, "logits");
        int time = (int)expected["input_ids"].Shape[1], vocabulary = packed.Config.VocabularySize;
        int[] first = [.. ids.Take(time).Select(id => (int)id)];
        using ISequenceDecoder decoder = SequenceDecoders.Create(packed, 1, time), other = SequenceDecoders.Create(single, 1, time);
        float[] scores = decoder.Begin([first], default).ToArray();
        Assert.Equal(other.Begin([first], default).ToArray(), scores);
        Assert.InRange(scores.Select((score, i) => Math.Abs(score - logits[((time - 1) * vocabulary) + i])).Max(), 0, 1e-4);
        int[] begin = [.. greedy.Take(7).Select(id => (int)id)], rest = [.. greedy.Skip(7).Select(id => (int)id)];
        Assert.Equal(
            rest,
            TextGenerator.Generate(packed, [begin], new SamplingOptions { MaxNewTokens = rest.Length, StopAtEnd = false }, new RandomStream(1))[0]);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Quantised))]
    public void Generate_RealModelPacked_GivesTheReferenceTextsAndLogits(string file)
    {
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, "expected.json"))).RootElement;
        using LanguageModel model = LanguageModel.Load(file, TestContexts.F32(), LoadMode.Packed);
        foreach (JsonElement prompt in expected.GetProperty("prompts").EnumerateArray())
        {
            int[] ids = [.. prompt.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            int[] greedy = [.. prompt.GetProperty("greedy_40").EnumerateArray().Select(id => id.GetInt32())];
            using (ISequenceDecoder decoder = SequenceDecoders.Create(model.Model, 1, ids.Length))
            {
                float[] scores = decoder.Begin([ids], default).ToArray();
                Assert.InRange(prompt.GetProperty("top_10").EnumerateArray().Max(top => Math.Abs(top[2].GetDouble() - scores[top[0].GetInt32()])), 0, 2e-3);
            }

            Assert.Equal(
                greedy,
                TextGenerator.Generate(model.Model, [ids], new SamplingOptions { MaxNewTokens = greedy.Length, StopAtEnd = false }, new RandomStream(1))[0]);
        }
    }

    [Fact]
    public void Load_FolderOfHalves_IsMappedAndDecodesToTheBitsOfF32()
    {
        using TemporaryFolder folder = new();
        using (CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32()))
        {
            ModelFolder.Save(model, folder.Path, ComputeType.Bf16);
        }

        using CausalModel single = ModelFolder.Load(folder.Path, TestContexts.F32(), LoadMode.Copied);
        using CausalModel packed = ModelFolder.Load(folder.Path, TestContexts.F32(), LoadMode.Packed);
        using CausalModel half = ModelFolder.Load(folder.Path, TestContexts.Bf16(), LoadMode.Mapped);
        long matrices = packed.Parameters.Layout.Slots.Where(slot => slot.Shape.Count == 2).Sum(slot => slot.Count);
        Assert.Equal(2 * matrices, packed.Parameters.MappedBytes);
        Assert.Equal(2 * matrices, half.Parameters.MappedBytes);
        float[] wanted = Decoded(single);
        Assert.Equal(wanted, Decoded(packed));
        Assert.Equal(wanted, Decoded(half));
    }

    [Fact]
    public void Load_PackedCopied_SurvivesAFileThatIsCut()
    {
        using TemporaryFolder folder = new();
        File.Copy(TestContexts.Golden("gguf-q8_0", "model.gguf"), folder.At("model.gguf"));
        using CausalModel model = ModelFolder.Load(folder.At("model.gguf"), TestContexts.F32(), LoadMode.PackedCopied);
        float[] before = Decoded(model);
        using (FileStream file = File.OpenWrite(folder.At("model.gguf")))
        {
            file.SetLength(10);
        }

        Assert.Equal(before, Decoded(model));
    }

    [Fact]
    public void Load_FileCutAfterItWasOpened_IsRefusedWithTheWayOut()
    {
        using TemporaryFolder folder = new();
        File.Copy(TestContexts.Golden("gguf-q8_0", "model.gguf"), folder.At("model.gguf"));
        using ModelSource source = ModelSource.Open(folder.At("model.gguf"));
        using (FileStream file = OpenShared(folder.At("model.gguf")))
        {
            file.SetLength(file.Length / 2);
        }

        Assert.Contains(
            "was cut", Assert.ThrowsAny<PalimpsestException>(() => source.Load(TestContexts.F32(), LoadMode.Packed)).Message, StringComparison.Ordinal);
        string message = Assert.Throws<PalimpsestException>(() =>
            TensorBytes.Map(folder.At("model.gguf"), 0, ScalarType.Byte, [new FileInfo(folder.At("model.gguf")).Length + 1])).Message;
        Assert.Contains("was cut since it was opened", message, StringComparison.Ordinal);
        Assert.Contains("copy its weights", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unpacked_TypesWithoutLoops_AreNamedWithTheWayOut()
    {
        PackedTensor Matrix(GgufTensorType type) => new(type, zeros(4, GgufBlocks.Bytes(type), dtype: ScalarType.Byte), GgufBlocks.Values(type));
        PackedTensor fused = Matrix(GgufTensorType.Q8_0), slow = Matrix(GgufTensorType.Q5_0);
        Assert.Equal(!fused.IsFused, LanguageModel.Unpacked([fused]).Any()); // on a machine without the instructions none has loops
        string said = LanguageModel.Unpacked([slow, slow]).Single();
        Assert.StartsWith("2 matrices are Q5_0", said, StringComparison.Ordinal);
        Assert.Contains("in f32", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PackedWhatCannotBe_IsRefusedWithTheWayOut()
    {
        string message = Assert.Throws<PalimpsestException>(() => ModelFolder.Load(TestContexts.Golden("gpt2"), TestContexts.F32(), LoadMode.Packed)).Message;
        Assert.Contains("cannot stay packed", message, StringComparison.Ordinal);
        Assert.Contains("in f32 or bf16", message, StringComparison.Ordinal);
        message = Assert.Throws<PalimpsestException>(() =>
            ModelFolder.Load(TestContexts.Golden("gguf-q8_0", "model.gguf"), TestContexts.Bf16(), LoadMode.Packed)).Message;
        Assert.Contains("f32 activations", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Product_ThroughAutograd_HasTheGradientOfTheDenseProduct()
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("gguf-q8_0", "model.gguf"), TestContexts.F32(), LoadMode.Packed);
        PackedTensor weight = model.Parameters.PackedOf("model.embed_tokens.weight")!;
        Tensor values = weight.Values(0, weight.Shape[0]);
        Tensor x = TestContexts.Normal(4, 2, 3, weight.Shape[1]).requires_grad_(), same = x.detach().clone().requires_grad_();
        Tensor dy = TestContexts.Normal(5, 2, 3, weight.Shape[0]);
        Tensor packed = PackedLinearFunction.Apply(x, weight), dense = nn.functional.linear(same, values);
        Assert.InRange(TestContexts.LargestDifference(packed, dense), 0, 1e-4);
        Autograd.Backward(packed.mul(dy).sum());
        Autograd.Backward(dense.mul(dy).sum());
        Assert.InRange(TestContexts.LargestDifference(x.grad!, same.grad!), 0, 1e-4);
    }

    [Fact]
    public void Adapter_OnPackedWeights_ComputesAsOnTheirValues()
    {
        using DisposeScope scope = NewDisposeScope();
        string file = TestContexts.Golden("gguf-q8_0", "model.gguf");
        Tensor ids = tensor(new long[] { 5, 9, 33, 2, 17, 40 }, [1, 6]);
        (Tensor Logits, Tensor Gradient)[] results = [.. new[] { LoadMode.Copied, LoadMode.Packed }.Select(mode =>
        {
            using CausalModel model = ModelFolder.Load(file, TestContexts.F32(), mode);
            using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions(), new RandomStream(3));
            using LoraAdapters adapters = new(model);
            adapters.Activate(adapter);
            Tensor loss = model.LossSum(model.Hidden(ids), [0, 1, 2, 3, 4], [9, 33, 2, 17, 40]);
            Autograd.Backward(loss);
            return (loss.detach().clone(), adapter.Parameters.Gradients.clone());
        })];
        Assert.InRange(TestContexts.LargestDifference(results[0].Logits, results[1].Logits), 0, 1e-4);
        Assert.InRange(TestContexts.LargestDifference(results[0].Gradient, results[1].Gradient), 0, 1e-4);
        Assert.NotEqual(0, Ops.Value(results[0].Gradient.abs().max()));
    }

    private static FileStream OpenShared(string path) => new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

    /// <summary>The scores of a prompt and of steps of two sequences, of which one ends.</summary>
    private static float[] Decoded(CausalModel model)
    {
        using ISequenceDecoder decoder = SequenceDecoders.Create(model, 2, 64);
        Assert.IsType<LlamaDecoder>(decoder);
        int[] prompt = [.. Enumerable.Range(0, 50).Select(i => 3 + (i * i % 90))];
        return [.. decoder.Begin([prompt, [4, 7]], default), .. decoder.Step([5, 6], [false, false]),
            .. decoder.Step([9, 6], [false, true])[..model.Config.VocabularySize]];
    }

    private static T[] Read<T>(SafetensorsFile file, string name)
        where T : unmanaged
    {
        T[] values = new T[file[name].Count];
        file.Read(file[name], MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
