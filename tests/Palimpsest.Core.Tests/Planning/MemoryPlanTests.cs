using Palimpsest.Planning;

namespace Palimpsest.Tests.Planning;

/// <summary>Formulas of weights, gradients, state and projectors against values computed by hand.</summary>
public sealed class MemoryPlanTests
{
    private static readonly PlanOptions s_small = new() { Model = NamedShapes.Find("llama-60m")!, Rank = 128, Batch = 1 };

    // One block matrix of 6 x 10, an embedding of 7 x 6, a norm of 6.
    private static readonly ModelShape s_toy = ModelShape.Llama("toy", 7, 8, 8, 1, 1, 16) with
    {
        Weights = [new("embed", 7, 6, WeightPart.Embedding), new("block", 10, 6, WeightPart.Block), new("norm", 6, 1, WeightPart.Vector)],
    };

    [Fact]
    public void Llama60M_WorkedSizes_AreThoseOfTheTable()
    {
        // 8 x (4 x 512^2 + 3 x 512 x 1376) in matrices; 2 x 32000 x 512 and 17 norms of 512 beside them.
        const long Matrices = 25_296_896, Rest = 32_776_704;
        Assert.Equal(Matrices, s_small.Model.Weights.Where(weight => weight.Part == WeightPart.Block).Sum(weight => weight.Count));
        Assert.Equal(Matrices + Rest, s_small.Model.Parameters);
        Assert.Equal(50_593_792, StateNumbers(TrainingMethod.AdamW));
        Assert.Equal(12_648_448 + (8 * 7 * 128 * 2), StateNumbers(TrainingMethod.Grass)); // and a count of 8 bytes for each selected row
        Assert.Equal(12_648_448, StateNumbers(TrainingMethod.GaLore));
        Assert.Equal(6_324_224, GradientNumbers(TrainingMethod.Grass));
        Assert.Equal(Matrices, GradientNumbers(TrainingMethod.GaLore));

        static double StateNumbers(TrainingMethod method) => (MemoryPlan.Of(s_small with { Method = method }).State / 4) - (2 * Rest);

        static double GradientNumbers(TrainingMethod method) => (MemoryPlan.Of(s_small with { Method = method }).Gradients / 4) - Rest;
    }

    [Theory] // 108 numbers, of which 60 in the matrix; rank 2; m = 6, n = 10
    [InlineData(TrainingMethod.AdamW, 108, 108, 216, 0)]
    [InlineData(TrainingMethod.AdamW8bit, 108, 108, 216, 0)] // no tensor has 4,096 numbers
    [InlineData(TrainingMethod.Sgd, 108, 108, 108, 0)]
    [InlineData(TrainingMethod.Lora, 108 + 32, 32, 64, 0)]
    [InlineData(TrainingMethod.ReLora, 108 + 32, 48 + 32, 96 + 64, 0)]
    [InlineData(TrainingMethod.Flora, 108, 108, 96 + 20 + 16, 12)]
    [InlineData(TrainingMethod.GaLore, 108, 108, 96 + 40, 12)]
    [InlineData(TrainingMethod.GaLoreLayerwise, 108, 60, 96 + 40, 12)]
    [InlineData(TrainingMethod.GaLoreProjected, 108, 48 + 20, 96 + 40, 12)]
    [InlineData(TrainingMethod.Grass, 108, 48 + 20, 96 + 40 + 4, 6)] // two counts and two indices of 8 bytes, and two scales of 4
    public void Toy_EveryMethod_IsTheHandComputedBytes(TrainingMethod method, int weights, int gradients, int state, int projectors)
    {
        MemoryBytes bytes = MemoryPlan.Of(new PlanOptions { Model = s_toy, Method = method, Rank = 2, Batch = 1, Sequence = 16 });
        Assert.Equal((4.0 * weights, 4.0 * gradients, 4.0 * state, 4.0 * projectors), (bytes.Weights, bytes.Gradients, bytes.State, bytes.Projectors));
    }

    [Fact]
    public void Types_OfWeightsAndMoments_CountTheirBytes()
    {
        PlanOptions options = new() { Model = s_toy, Batch = 1, Sequence = 16 };
        MemoryBytes half = MemoryPlan.Of(options with { Type = NumberType.BF16, State = StateType.BF16 });
        Assert.Equal((216.0, 216.0, 432.0), (half.Weights, half.Gradients, half.State));
        MemoryBytes mixed = MemoryPlan.Of(options with { Type = NumberType.Mixed, Method = TrainingMethod.Lora, Rank = 1 });
        Assert.Equal((2.0 * 102) + (4 * 6) + (4 * 16), mixed.Weights); // frozen matrices in bf16, the norm and the adapter in f32
        ModelShape large = s_toy with { Weights = [new("block", 64, 65, WeightPart.Block)] };
        Assert.Equal(2 * (4160 + (4 * 17)), MemoryPlan.Of(options with { Model = large, Method = TrainingMethod.AdamW8bit }).State);
    }

    [Theory]
    [InlineData(StateType.BF16)]
    [InlineData(StateType.Bits8)]
    public void Llama13B_On40GB_FitsAtASmallRankAndNotAtAQuarter(StateType state)
    {
        PlanOptions options = new() { Model = NamedShapes.Find("llama-13b")!, Method = TrainingMethod.Grass, Type = NumberType.BF16, State = state, Batch = 1 };
        const double Memory = 40e9;
        Assert.Equal(26_031_728_640, MemoryPlan.Of(options).Weights);
        Assert.True(MemoryPlan.Of(options with { Rank = 1280 }).Total > Memory);
        long rank = MemoryPlan.LargestRank(options, Memory)!.Value;
        Assert.InRange(rank, 500, 1279);
        Assert.True(MemoryPlan.Of(options with { Rank = rank }).Total <= Memory);
        Assert.True(MemoryPlan.Of(options with { Rank = rank + 1 }).Total > Memory);
        Assert.Null(MemoryPlan.LargestRank(options with { Method = TrainingMethod.GaLore }, Memory));
        Assert.NotNull(MemoryPlan.LargestRank(options with { Method = TrainingMethod.GaLoreLayerwise }, Memory));
        Assert.Null(MemoryPlan.LargestBatch(options with { Method = TrainingMethod.AdamW }, Memory));
    }

    [Fact]
    public void LargestBatch_IsTheLastThatFits()
    {
        int batch = MemoryPlan.LargestBatch(s_small, 3e9)!.Value;
        Assert.True(MemoryPlan.Of(s_small with { Batch = batch }).Total <= 3e9 && MemoryPlan.Of(s_small with { Batch = batch + 1 }).Total > 3e9);
    }

    [Fact]
    public void Activations_OfBlocksComputedAgain_AreFewerAndGrowWithTheBatch()
    {
        PlanOptions options = s_small with { Batch = 8 };
        double kept = MemoryPlan.Of(options).Activations, again = MemoryPlan.Of(options with { CheckpointBlocks = true }).Activations;
        Assert.True(again < kept / 2, $"{again} and {kept} bytes");
        Assert.True(MemoryPlan.Of(options with { Batch = 16 }).Activations > 1.5 * kept);

        // 8 (8 d + 3 f) + 2 + h a token for the blocks, 3 d + 1 behind them, and the gradient of the output matrix.
        double numbers = (8 * 256 * ((8.0 * ((8 * 512) + (3 * 1376) + 8 + 2)) + (3 * 512) + 1)) + (32_000 * 512);
        Assert.Equal(4 * numbers, MemoryPlan.AfterForward(options));
    }

    [Theory]
    [InlineData(512, 256, 1, "smallest matrix of llama-60m is model.layers.0.self_attn.q_proj.weight, 512 x 512")]
    [InlineData(0, 256, 1, "rank 0")]
    [InlineData(8, 2000, 1, "longer than the context of llama-60m, 1024")]
    [InlineData(8, 256, 0, "at least 1")]
    public void Options_ThatMakeNoSense_AreRefused(long rank, int sequence, int batch, string expected)
    {
        PlanOptions options = s_small with { Method = TrainingMethod.Grass, Rank = rank, Sequence = sequence, Batch = batch };
        Assert.Contains(expected, Assert.Throws<PalimpsestException>(() => MemoryPlan.Of(options)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Names_ThatAreSlips_NameTheNearest()
    {
        Assert.Contains("Did you mean llama-130m?", NamedShapes.Unknown("llama-1330m").Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean grass?", Assert.Throws<PalimpsestException>(() => MethodNames.Method("gras")).Message, StringComparison.Ordinal);
        Assert.All(MethodNames.Methods, method => Assert.Equal(method, MethodNames.Method(MethodNames.Of(method))));
        Assert.Equal(Enum.GetValues<TrainingMethod>().Length, MethodNames.Methods.Count);
        Assert.All(MethodNames.States, state => Assert.Equal(state, MethodNames.State(MethodNames.Of(state))));
    }
}
