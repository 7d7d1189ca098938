using Palimpsest.Data.Gguf;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>GGUF files as models: every way to load, conversion, and files that do not fit.</summary>
public sealed class GgufModelTests
{
    [Theory]
    [InlineData("gguf-tied")]
    [InlineData("gguf-q8_0")]
    public void Load_FrozenAndTrainable_GiveTheSameLogits(string golden)
    {
        string file = TestContexts.Golden(golden, "model.gguf");
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using CausalModel trainable = ModelFolder.Load(file, TestContexts.F32()), mapped = ModelFolder.Load(file, TestContexts.F32(), LoadMode.Mapped), half = ModelFolder.Load(file, TestContexts.Bf16(), LoadMode.Copied);
        Tensor ids = tensor(new long[] { 5, 9, 33, 2, 17, 40 }, [1, 6]);
        Tensor logits = trainable.Logits(trainable.Hidden(ids));
        Assert.Equal(0, TestContexts.LargestDifference(logits, mapped.Logits(mapped.Hidden(ids))));
        Assert.InRange(TestContexts.LargestDifference(logits, half.Logits(half.Hidden(ids))), 1e-6, 0.3);
    }

    [Theory]
    [InlineData("gguf-tied")]
    [InlineData("gguf-q8_0")]
    public void Convert_ToFolder_KeepsWeightsAndTokens(string golden)
    {
        string file = TestContexts.Golden(golden, "model.gguf");
        using TemporaryFolder folder = new();
        ModelConverter.Convert(file, folder.At("converted"));
        Assert.Equal(["converted"], Directory.GetFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)));
        using LanguageModel original = LanguageModel.Load(file, TestContexts.F32()), converted = LanguageModel.Load(folder.At("converted"), TestContexts.F32());
        Assert.Equal(original.Model.Parameters.Flat!.Values.bytes.ToArray(), converted.Model.Parameters.Flat!.Values.bytes.ToArray());
        Assert.Equal(original.Model.Config.NormEpsilon, converted.Model.Config.NormEpsilon);
        foreach (string text in new[] { "The girl ran to the river.", " the  the\n\nthe", "café 5", "" })
        {
            Assert.Equal(original.Tokenizer.Encode(text), converted.Tokenizer.Encode(text));
        }

        Assert.Contains("exists already", Assert.Throws<PalimpsestException>(() => ModelConverter.Convert(file, folder.At("converted"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherArchitecture_IsRefusedByName()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = File.ReadAllBytes(TestContexts.Golden("gguf-q8_0", "model.gguf"));
        int at = bytes.AsSpan().IndexOf("llama"u8);
        "mamba"u8.CopyTo(bytes.AsSpan(at));
        Store(folder.At("other.gguf"), bytes);
        Assert.Contains("the architecture \"mamba\"", Assert.Throws<GgufException>(() => ModelSource.Open(folder.At("other.gguf"))).Message, StringComparison.Ordinal);
        ModelInspection seen = ModelInspection.Of(folder.At("other.gguf"));
        Assert.NotNull(seen.Supported);
        Assert.Contains(seen.Tensors, tensor => tensor is { Name: "blk.0.attn_q.weight", Type: "Q8_0" });
    }

    [Fact]
    public void Open_TensorRenamed_SaysWhatIsMissingAndWhatIsTooMuch()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = File.ReadAllBytes(TestContexts.Golden("gguf-q8_0", "model.gguf"));
        int at = bytes.AsSpan().IndexOf("blk.1.ffn_up.weight"u8);
        "blk.1.ffn_uq.weight"u8.CopyTo(bytes.AsSpan(at));
        Store(folder.At("renamed.gguf"), bytes);
        string error = Assert.Throws<PalimpsestException>(() => ModelSource.Open(folder.At("renamed.gguf"))).Message;
        Assert.Contains("\"blk.1.ffn_uq.weight\" is not part of this architecture", error, StringComparison.Ordinal);
        Assert.Contains("\"blk.1.ffn_up.weight\" is missing", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.gguf", 1000)]
    [InlineData("model.bin", 10)]
    [InlineData("model.bin", 300)]
    [InlineData("model.onnx", 300)]
    public void Open_TruncatedOrForeignFile_IsOneClearError(string name, int length)
    {
        using TemporaryFolder folder = new();
        Store(folder.At(name), name == "model.gguf" ? File.ReadAllBytes(TestContexts.Golden("gguf-q8_0", "model.gguf"))[..length] : new byte[length]);
        Assert.Contains(name, Assert.ThrowsAny<PalimpsestException>(() => ModelSource.Open(folder.At(name))).Message, StringComparison.Ordinal);
    }

    private static void Store(string path, byte[] bytes) => Palimpsest.Common.AtomicFile.Write(path, stream => stream.Write(bytes));
}
