using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>Encoders without libtorch, against the same with it.</summary>
public sealed class EncoderPassTests
{
    private static readonly int[][] s_texts =
        [[.. Enumerable.Range(0, 37).Select(i => 5 + (i * i % 90))], [7], [.. Enumerable.Range(0, 19).Select(i => 3 + (7 * i % 80))], [9, 1, 11, 12]];

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    [InlineData("roberta")]
    public void Hidden_TextsOfUnlikeLength_AreThoseOfLibtorchAloneAndInABatch(string golden)
    {
        using IDisposable noGrad = no_grad();
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden(golden), TestContexts.F32(), LoadMode.Mapped);
        using EncoderModel single = ModelFolder.Load<EncoderModel>(TestContexts.Golden(golden), new TorchContext(threads: 1), LoadMode.Mapped);
        using EncoderPass pass = EncoderPass.TryCreate(model)!, other = EncoderPass.TryCreate(single)!;
        float[] all = pass.Hidden(s_texts).ToArray();
        int at = 0;
        foreach (int[] text in s_texts)
        {
            using DisposeScope scope = NewDisposeScope();
            float[] wanted = TensorBytes.ToArray(model.Hidden(tensor([.. text.Select(id => (long)id)], [1, text.Length])));
            float[] found = all[at..(at += wanted.Length)];
            Assert.InRange(wanted.Zip(found).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 4e-6);
            Assert.Equal(found, other.Hidden([text]).ToArray());
        }

        Assert.Equal(at, all.Length);
    }

    [Fact]
    public void TryCreate_MoreThanTheWeights_GoesThroughLibtorch()
    {
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden("bert"), TestContexts.F32(), LoadMode.Mapped);
        using EncoderModel half = ModelFolder.Load<EncoderModel>(TestContexts.Golden("bert"), TestContexts.Bf16(), LoadMode.Mapped);
        using EncoderPass pass = EncoderPass.TryCreate(model)!;
        Assert.Null(EncoderPass.TryCreate(half));
        Assert.True(pass.IsCurrent);
        using (model.Hooks.Add("blocks.0.hook_resid_post", x => x))
        {
            Assert.False(pass.IsCurrent);
            Assert.Null(EncoderPass.TryCreate(model));
        }

        using (LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions(), new RandomStream(3)))
        using (LoraAdapters adapters = new(model))
        {
            adapters.Activate(adapter);
            Assert.False(pass.IsCurrent);
            Assert.Null(EncoderPass.TryCreate(model));
        }

        Assert.True(pass.IsCurrent);
        Assert.Throws<ArgumentOutOfRangeException>(() => pass.Hidden([[model.Config.VocabularySize]]));
    }

    [Theory]
    [InlineData("gelu")]
    [InlineData("gelu_new")]
    [InlineData("relu")]
    public void InPlace_Activation_IsThatOfTensors(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = linspace(-9, 9, 10_003);
        float[] found = TensorBytes.ToArray(x);
        Palimpsest.Models.Layers.Activation.InPlace(name)!(found);
        float[] wanted = TensorBytes.ToArray(Palimpsest.Models.Layers.Activation.Of(name)(x.to_type(ScalarType.Float64)).to_type(ScalarType.Float32));
        Assert.InRange(wanted.Zip(found).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 1.2e-6);
    }
}
