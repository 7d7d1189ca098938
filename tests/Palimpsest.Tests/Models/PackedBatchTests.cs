using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>Documents packed into one row are to the model what they are alone: outputs, loss and gradients.</summary>
public sealed class PackedBatchTests
{
    private static readonly TokenSequence[] Documents = [new([3, 7, 1, 9, 4], 1), new([5, 5, 2], 1), new([8, 6, 4, 2, 1, 3, 9], 2)];

    [Fact]
    public void Hidden_PackedRow_EqualsTheDocumentsAlone()
    {
        using CausalModel model = Model();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor packed = Hidden(model, TokenBatch.Packed([[.. Documents]], 18)).select(0, 0); // [time, width]
        int at = 0;
        foreach (TokenSequence document in Documents)
        {
            Tensor alone = model.Hidden(tensor(document.Ids.Select(id => (long)id).ToArray(), [1, document.Ids.Length])).select(0, 0);
            Assert.InRange(TestContexts.LargestDifference(alone, packed.narrow(0, at, document.Ids.Length)), 0, 1e-5);
            at += document.Ids.Length;
        }

        Assert.True(Ops.AllFinite(packed));
    }

    [Fact]
    public void Gradients_PackedRow_EqualThoseOfTheDocumentsAlone()
    {
        using CausalModel model = Model();
        float[] packed = Gradients(model, TokenBatch.Packed([[.. Documents]], 18), out double packedLoss), apart = Gradients(model, TokenBatch.Of(Documents), out double apartLoss);
        Assert.Equal(apartLoss, packedLoss, 1e-5 * apartLoss);
        float largest = apart.Max(Math.Abs);
        Assert.True(largest > 0);
        Assert.InRange(apart.Zip(packed).Max(pair => Math.Abs(pair.First - pair.Second)) / largest, 0, 1e-5);
    }

    [Fact]
    public void Trainer_PackedBatches_LearnsAsFromTheDocumentsApart()
    {
        double[] packed = Losses(TokenBatch.Packed([[.. Documents]], 18)), apart = Losses(TokenBatch.Of(Documents));
        Assert.Equal(4, packed.Length);
        Assert.All(apart.Zip(packed), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.True(packed[^1] < packed[0]);
    }

    private static double[] Losses(TokenBatch batch)
    {
        using CausalModel model = Model();
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, new TrainOptions { Steps = 4, LearningRate = 1e-2, WarmupSteps = 0 }, new SameBatch(batch), new RandomStream(7, "train"));
        List<double> losses = [];
        trainer.Run(step => losses.Add(step.Loss));
        return [.. losses];
    }

    private static CausalModel Model() => CausalModel.Create(
        new LlamaConfig { VocabularySize = 10, HiddenSize = 16, IntermediateSize = 24, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadWidth = 4, ContextLength = 20, InitializerRange = 0.3 }, TestContexts.F32(), new RandomStream(5));

    private static Tensor Hidden(CausalModel model, TokenBatch batch) => model.Hidden(tensor(batch.Ids, [batch.Batch, batch.Time]), AttentionScope.Of(batch, model.Context.Device));

    private static float[] Gradients(CausalModel model, TokenBatch batch, out double loss)
    {
        using DisposeScope scope = NewDisposeScope();
        model.Parameters.Flat!.ZeroGradients();
        Tensor sum = model.LossSum(Hidden(model, batch), batch.Rows, batch.Targets);
        Autograd.Backward(sum);
        loss = Ops.Value(sum);
        return [.. model.Parameters.Flat.Gradients.data<float>()];
    }

    private sealed class SameBatch(TokenBatch batch) : IBatchSource<TokenBatch>
    {
        public TokenBatch Next() => batch;

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor)
        {
        }
    }
}
