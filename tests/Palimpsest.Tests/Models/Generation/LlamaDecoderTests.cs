using Palimpsest.Models.Families;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Tests.Models.Generation;

/// <summary>The managed decoder against the torch path, which is checked against transformers elsewhere.</summary>
public sealed class LlamaDecoderTests
{
    // The golden Llama has biases everywhere, one key-value head, heads wider than width / heads; the GGUF file is grouped, the yarn model scaled.
    public static TheoryData<string> Models() => ["llama", "gguf-q8_0", "rope-yarn", "peft-base"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Scores_PromptsAndSteps_EqualTheTorchPath(string golden)
    {
        using CausalModel model = Open(golden, TestContexts.F32());
        int[] ids = [.. Enumerable.Range(0, Math.Min(110, model.Config.ContextLength)).Select(i => 3 + (i * i % (model.Config.VocabularySize - 3)))];
        using ISequenceDecoder managed = SequenceDecoders.Create(model, 1, ids.Length);
        using TorchDecoder torch = new(model, 1, ids.Length);
        Assert.IsType<LlamaDecoder>(managed);

        // A prompt of more than one piece, then single tokens.
        int prompt = ids.Length - 8;
        AssertClose(torch.Begin([ids[..prompt]], default).ToArray(), managed.Begin([ids[..prompt]], default).ToArray());
        for (int i = prompt; i < ids.Length; i++)
        {
            AssertClose(torch.Step([ids[i]], [false]).ToArray(), managed.Step([ids[i]], [false]).ToArray());
        }
    }

    [Theory]
    [InlineData(PromptPass.Worthwhile - 1)]
    [InlineData(PromptPass.Worthwhile)]
    [InlineData(520)] // more than one piece of libtorch's
    public void Scores_LongPrompt_EqualThoseOfShortPieces(int length)
    {
        LlamaConfig config = new() { VocabularySize = 90, HiddenSize = 24, IntermediateSize = 40, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadWidth = 10, ContextLength = 600 };
        using CausalModel model = CausalModel.Create(config, TestContexts.F32(), new RandomStream(8));
        int[] ids = [.. Enumerable.Range(0, length).Select(i => i * i % 90)];
        using ISequenceDecoder whole = SequenceDecoders.Create(model, 1, 600);
        using ISequenceDecoder pieces = SequenceDecoders.Create(model, 1, 600);
        float[] scores = [];
        foreach (int[] piece in ids.Chunk(100))
        {
            scores = pieces.Begin([piece], default).ToArray();
        }

        AssertClose(scores, whole.Begin([ids], default).ToArray());
        AssertClose(pieces.Step([7], [false]).ToArray(), whole.Step([7], [false]).ToArray());
        Assert.Equal(length + 1, whole.Length);
    }

    [Fact]
    public void Scores_Bf16Weights_EqualThoseOfTheSameWeightsInF32()
    {
        using CausalModel half = Open("llama", TestContexts.Bf16());
        using CausalModel same = Open("llama", TestContexts.F32(), LoadMode.Trainable);
        using (TorchSharp.torch.no_grad())
        {
            foreach (ParameterSlot slot in half.Parameters.Layout.Slots)
            {
                same.Parameters[slot.Name].copy_(half.Parameters[slot.Name]);
            }
        }

        using ISequenceDecoder managed = SequenceDecoders.Create(half, 1, 64);
        using TorchDecoder torch = new(same, 1, 64);
        Assert.IsType<LlamaDecoder>(managed);
        int[] ids = [5, 9, 2, 40, 41, 77, 3, 8, 120];
        AssertClose(torch.Begin([ids], default).ToArray(), managed.Begin([ids], default).ToArray());
        AssertClose(torch.Step([17], [false]).ToArray(), managed.Step([17], [false]).ToArray());
    }

    [Fact]
    public void Scores_InABatchOfUnequalLengths_HaveTheBitsOfTheSequenceAlone()
    {
        using CausalModel model = Open("gguf-q8_0", TestContexts.F32());
        int[][] prompts = [.. Enumerable.Range(0, 9).Select(i => Enumerable.Range(0, 1 + (7 * i % 50)).Select(j => 3 + (i * j % 90)).ToArray())];
        int[][] steps = [.. Enumerable.Range(0, 6).Select(step => prompts.Select((_, i) => 5 + i + step).ToArray())];
        bool[] finished = new bool[prompts.Length];
        using ISequenceDecoder together = SequenceDecoders.Create(model, prompts.Length, 64);
        List<float[]> batch = [together.Begin(prompts, default).ToArray()];
        for (int step = 0; step < steps.Length; step++)
        {
            finished[2] |= step == 2; // a sequence that ends makes the others move together
            finished[7] |= step == 4;
            batch.Add(together.Step(steps[step], finished).ToArray());
        }

        int vocabulary = model.Config.VocabularySize;
        for (int i = 0; i < prompts.Length; i++)
        {
            using ISequenceDecoder alone = SequenceDecoders.Create(model, 1, 64);
            Assert.Equal(alone.Begin([prompts[i]], default).ToArray(), batch[0].AsSpan(i * vocabulary, vocabulary).ToArray());
            for (int step = 0; step < (i == 2 ? 2 : i == 7 ? 4 : steps.Length); step++)
            {
                Assert.Equal(alone.Step([steps[step][i]], [false]).ToArray(), batch[step + 1].AsSpan(i * vocabulary, vocabulary).ToArray());
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Truncate_AndGoOn_EqualsAFreshStart(bool managed)
    {
        using CausalModel model = Open("llama", TestContexts.F32());
        using ISequenceDecoder first = managed ? SequenceDecoders.Create(model, 1, 40) : new TorchDecoder(model, 1, 40);
        using ISequenceDecoder fresh = managed ? SequenceDecoders.Create(model, 1, 40) : new TorchDecoder(model, 1, 40);
        first.Begin([[1, 2, 3, 4, 5, 6]], default);
        first.Step([9], [false]);
        first.Truncate(3);
        Assert.Equal(3, first.Length);
        AssertClose(fresh.Begin([[1, 2, 3, 50, 60, 70]], default).ToArray(), first.Begin([[50, 60, 70]], default).ToArray());
    }

    [Fact]
    public void Create_HooksAdaptersAndOtherFamilies_TakeTheTorchPath()
    {
        using CausalModel model = Open("llama", TestContexts.F32());
        Assert.True(SequenceDecoders.IsManaged(model));
        using (model.Hooks.Add("blocks.1.hook_mlp_out", x => x))
        {
            Assert.False(SequenceDecoders.IsManaged(model));
        }

        using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions(), new RandomStream(1));
        using (LoraAdapters adapters = new(model))
        {
            adapters.Activate(adapter);
            Assert.False(SequenceDecoders.IsManaged(model));
        }

        Assert.True(SequenceDecoders.IsManaged(model));
        using CausalModel other = Open("gpt2", TestContexts.F32());
        Assert.False(SequenceDecoders.IsManaged(other));
        using CausalModel dynamic = Open("rope-dynamic", TestContexts.F32());
        Assert.False(SequenceDecoders.IsManaged(dynamic));
    }

    [Fact]
    public void Generate_PaddedBatchOfGpt2AtTheEndOfTheContext_EqualsEachAlone()
    {
        using CausalModel model = Open("gpt2", TestContexts.F32());
        int context = model.Config.ContextLength;
        int[][] prompts = [[.. Enumerable.Range(0, context - 3).Select(i => i % 50)], [4, 5, 6]];
        SamplingOptions options = new() { MaxNewTokens = context, StopAtEnd = false };
        int[][] made = TextGenerator.Generate(model, prompts, options, new RandomStream(3));
        Assert.Equal([4, context - 2], made.Select(tokens => tokens.Length));
        Assert.Equal(TextGenerator.Generate(model, [prompts[1]], options, new RandomStream(3))[0], made[1]);
    }

    private static CausalModel Open(string golden, TorchContext context, LoadMode mode = LoadMode.Mapped)
    {
        string folder = TestContexts.Golden(golden), file = Path.Combine(folder, "model.gguf");
        using ModelSource source = ModelSource.Open(File.Exists(file) ? file : folder);
        return source.Load(context, mode);
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 1e-4f);
    }
}
