using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using Palimpsest.Training;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training;

public sealed class RecomputeTests
{
    private static readonly TrainOptions s_short = new() { Steps = 5, WarmupSteps = 1, LearningRate = 1e-2, CheckpointEvery = 0, Accumulate = 2 };

    [Theory]
    [InlineData(0.0, "")]
    [InlineData(0.3, "")]
    [InlineData(0.3, "embed")]
    [InlineData(0.0, "embed|layers")]
    public void Run_BlocksComputedAgain_EndsWithTheSameBits(double dropout, string frozen)
    {
        TrainOptions options = s_short with { Dropout = dropout, Groups = frozen.Length == 0 ? [] : [new() { Match = frozen, Frozen = true }] };
        Assert.Equal(Train(options), Train(options with { CheckpointBlocks = true }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_AdapterWithDropout_EndsWithTheSameBits(bool dora)
    {
        LoraOptions lora = new() { Rank = 2, Dropout = 0.2, Dora = dora, Targets = ["q_proj", "down_proj", "lm_head"] };
        Assert.Equal(TrainAdapter(lora, s_short with { Dropout = 0.1 }), TrainAdapter(lora, s_short with { Dropout = 0.1, CheckpointBlocks = true }));
    }

    [Fact]
    public void Backward_PackedBatch_GivesTheSameGradients()
    {
        TokenSequence Sequence(int start, int length) => new([.. Enumerable.Range(start, length)], 0);
        TokenBatch batch = TokenBatch.Packed([[Sequence(1, 5), Sequence(20, 7)], [Sequence(30, 9)]], 14);
        using CausalModel model = TinyTraining.NewModel();
        byte[] Gradients(bool recompute)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            model.RecomputeBlocks = recompute;
            model.Parameters.Flat!.ZeroGradients();
            Autograd.Backward(model.LossSum(model.Hidden(tensor(batch.Ids, [2, 14]), AttentionScope.Of(batch, CPU)), batch.Rows, batch.Targets));
            return model.Parameters.Flat!.Gradients.bytes.ToArray();
        }

        byte[] kept = Gradients(false);
        Assert.Contains(kept, value => value != 0);
        Assert.Equal(kept, Gradients(true));
    }

    [Fact]
    public void Backward_ErrorInTheSecondPass_IsThrownAndNotTheEndOfTheProcess()
    {
        using CausalModel model = TinyTraining.NewModel();
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        model.RecomputeBlocks = true;
        int calls = 0;
        using IDisposable hook = model.Hooks.Add("blocks.1.hook_mlp_out", x => ++calls == 2 ? throw new InvalidOperationException("second pass") : x);
        Tensor loss = model.LossSum(model.Hidden(tensor(new long[] { 1, 2, 3 }, [1, 3])), [0, 1], [2, 3]);
        Assert.Equal("second pass", Assert.Throws<InvalidOperationException>(() => Autograd.Backward(loss)).Message);
        Assert.Equal(2, calls);
    }

    [Fact]
    public void Run_BlocksComputedAgain_KeepsTheNumberOfLiveTensors()
    {
        using CausalModel model = TinyTraining.NewModel();
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, s_short with { Steps = 30, Dropout = 0.1, CheckpointBlocks = true }, new TinyTraining.Batches(1), new RandomStream(7, "train"));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        List<long> counts = [];
        trainer.Run(_ => counts.Add(Tensor.TotalCount));
        Assert.Single(counts.Skip(5).Distinct());
    }

    [Fact]
    public void Run_AdapterThatIsNotActive_IsRefused() =>
        Assert.Contains("Activate an adapter", Assert.Throws<InvalidOperationException>(() => TrainAdapter(new(), s_short with { CheckpointBlocks = true }, active: false)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(2_000)]
    [InlineData(49_152)]
    [InlineData(262_144)]
    [InlineData(16_000_000)]
    public void ChunkRows_AnyVocabulary_StaysWithin64MiB(long vocabulary)
    {
        Assert.InRange(LogitChunks.Rows(vocabulary), 1, 4096);
        Assert.InRange(LogitChunks.Rows(vocabulary) * vocabulary * sizeof(float), 1, 64 << 20);
        Assert.InRange(LogitChunks.MostRows(vocabulary) * vocabulary * sizeof(float), 1, 64 << 20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LossSum_LargeVocabulary_EqualsTheComposedForm(bool composedHead)
    {
        const int vocabulary = 49_152, rows = 700;
        LlamaConfig config = TinyTraining.Config with { VocabularySize = vocabulary, HiddenSize = 8, Heads = 1, KeyValueHeads = 1, Layers = 1 };
        using CausalModel model = CausalModel.Create(config with { InitializerRange = 1 }, TestContexts.F32(), new RandomStream(1));
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        RandomStream random = new(2);
        long[] targets = [.. Enumerable.Range(0, rows).Select(_ => (long)random.NextInt(vocabulary))], order = [.. Enumerable.Range(0, rows).Select(i => (long)i)];
        Tensor hidden = TestContexts.Normal(5, 1, rows, 8).requires_grad_(true), copy = hidden.detach().to_type(ScalarType.Float64).requires_grad_(true);
        Tensor weight = model.Head.Weight.detach().to_type(ScalarType.Float64).requires_grad_(true);
        if (composedHead)
        {
            // As an adapter does: the layer is no longer only its weight.
            model.Head.Operation = (layer, x) => Linear.Dense(layer, x);
        }

        Tensor loss = model.LossSum(hidden, order, targets);
        Autograd.Backward(loss);
        Tensor composed = nn.functional.cross_entropy(nn.functional.linear(copy.view(rows, 8), weight), tensor(targets), reduction: nn.Reduction.Sum);
        Autograd.Backward(composed);
        Assert.Equal(1, Ops.Value(loss) / Ops.Value(composed), 1e-6);

        // Sums over 49,152 words in f32: libtorch's own composed form in f32 is 6.4e-5 away from this one in f64.
        Assert.InRange(TestContexts.LargestDifference(hidden.grad!, copy.grad!) / Ops.Value(copy.grad!.abs().max()), 0, 1e-4);
        Assert.InRange(TestContexts.LargestDifference(model.Head.Weight.grad!, weight.grad!) / Ops.Value(weight.grad!.abs().max()), 0, 1e-4);
    }

    private static byte[] Train(TrainOptions options)
    {
        using CausalModel model = TinyTraining.NewModel();
        using Trainer<TokenBatch> trainer = Trainer.Of(model, options, new TinyTraining.Batches(1), new RandomStream(7, "train"));
        Assert.True(trainer.Run());
        return model.Parameters.Flat!.Values.bytes.ToArray();
    }

    private static byte[] TrainAdapter(LoraOptions lora, TrainOptions options, bool active = true)
    {
        using TemporaryFolder folder = new();
        using (CausalModel fresh = TinyTraining.NewModel())
        {
            ModelFolder.Save(fresh, folder.Path);
        }

        using CausalModel model = ModelFolder.Load(folder.Path, TestContexts.F32(), LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Create(model, lora, new RandomStream(4));
        using LoraAdapters adapters = new(model);
        if (active)
        {
            adapters.Activate(adapter);
        }

        using Trainer<TokenBatch> trainer =
            Trainer.Of(adapter.Model, Trainable.Adapter(adapter), options, new TinyTraining.Batches(1), new RandomStream(7, "train"));
        Assert.True(trainer.Run());
        return adapter.Parameters.Values.bytes.ToArray();
    }
}
