using Palimpsest.Planning;

namespace Palimpsest.Tests.Planning;

/// <summary>The floor of a data-parallel step.</summary>
public sealed class StepTimeTests
{
    private static readonly DeviceRates s_rates = new(4, 100, 1000, 10);

    // One matrix of 8 x 20 and nothing else; 16 tokens.
    private static readonly PlanOptions s_options = new()
    {
        Model = ModelShape.Llama("toy", 7, 8, 20, 1, 1, 16) with { Weights = [new("block", 20, 8, WeightPart.Block)] },
        Rank = 2,
        Batch = 1,
        Sequence = 16,
    };

    [Fact]
    public void AdamW_IsTheHandComputedSum()
    {
        StepTime time = StepTime.Of(s_options, s_rates);
        Assert.Equal(6.0 * 16 * 160 / 1000, time.Products, 12);
        Assert.Equal(((3 * 640) + (2 * 640) + (2 * 1280)) / 10.0, time.Memory, 12);
        Assert.Equal(2.0 * 3 / 4 * 640, time.WireBytes, 12);
        Assert.Equal(time.Products + time.Memory + (time.WireBytes / 100), time.Seconds, 12);
    }

    [Fact]
    public void Grass_SendsTheShareOfItsRank_AndComputesLess()
    {
        StepTime full = StepTime.Of(s_options, s_rates), grass = StepTime.Of(s_options with { Method = TrainingMethod.Grass }, s_rates);
        Assert.Equal(2.0 / 8, grass.WireBytes / full.WireBytes, 12); // r / m
        Assert.Equal((4 + (2 * 2.0 / 8)) / 6, grass.Products / full.Products, 12); // the ceiling 6 / (4 + 2r/m) from products alone
    }

    [Fact]
    public void GaLore_SendsAllGradients_LayerByLayerToo() => Assert.All([TrainingMethod.GaLore, TrainingMethod.GaLoreLayerwise],
        method => Assert.Equal(StepTime.Of(s_options, s_rates).WireBytes, StepTime.Of(s_options with { Method = method }, s_rates).WireBytes));

    [Fact]
    public void OneDevice_SendsNothing() => Assert.Equal(0, StepTime.Of(s_options, s_rates with { Devices = 1 }).WireBytes);
}
