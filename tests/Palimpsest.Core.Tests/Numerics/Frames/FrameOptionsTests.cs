using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Tests.Numerics.Frames;

public sealed class FrameOptionsTests
{
    [Theory]
    [InlineData("{}", ValueCodec.F32, null, 64, FrameRounding.Nearest)]
    [InlineData("{ values: nf4, indices: golomb-rice }", ValueCodec.Nf4, IndexCodec.GolombRice, 64, FrameRounding.Nearest)]
    [InlineData("{ values: int8, indices: int32, block: 0, rounding: stochastic }", ValueCodec.Int8, IndexCodec.Int32, 0, FrameRounding.Stochastic)]
    public void Parse_Recipe_BindsThem(string yaml, ValueCodec values, IndexCodec? indices, int block, FrameRounding rounding) => Assert.Equal(
        new FrameOptions { Values = values, Indices = indices, Block = block, Rounding = rounding }, Parse(yaml).Frames);

    [Theory]
    [InlineData("{ values: int9 }", "int8")]
    [InlineData("{ values: int8, block: -1 }", "block must be at least 0, but is -1")]
    [InlineData("{ values: f16, block: 32 }", "block is for values int8 and int4")]
    [InlineData("{ values: nf4, rounding: stochastic }", "rounding stochastic is for values int8 and int4")]
    public void Parse_WhatDoesNotGoTogether_IsRefused(string yaml, string message) =>
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => Parse(yaml)).Message, StringComparison.Ordinal);

    private static FrameRecipe Parse(string yaml) => RecipeReader.Parse<FrameRecipe>($"schema: 1\nkind: frames\nframes: {yaml}\n", "tiny.yaml");

    private sealed record FrameRecipe : Recipe
    {
        public FrameOptions Frames { get; init; } = new();
    }
}
