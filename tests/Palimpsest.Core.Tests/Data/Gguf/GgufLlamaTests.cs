using Palimpsest.Data.Gguf;

namespace Palimpsest.Tests.Data.Gguf;

public sealed class GgufLlamaTests
{
    [Theory]
    [InlineData("token_embd.weight", "model.embed_tokens.weight")]
    [InlineData("output_norm.weight", "model.norm.weight")]
    [InlineData("output.weight", "lm_head.weight")]
    [InlineData("blk.0.attn_norm.weight", "model.layers.0.input_layernorm.weight")]
    [InlineData("blk.12.attn_q.bias", "model.layers.12.self_attn.q_proj.bias")]
    [InlineData("blk.3.attn_k.weight", "model.layers.3.self_attn.k_proj.weight")]
    [InlineData("blk.3.attn_v.weight", "model.layers.3.self_attn.v_proj.weight")]
    [InlineData("blk.3.attn_output.weight", "model.layers.3.self_attn.o_proj.weight")]
    [InlineData("blk.3.ffn_norm.weight", "model.layers.3.post_attention_layernorm.weight")]
    [InlineData("blk.3.ffn_gate.weight", "model.layers.3.mlp.gate_proj.weight")]
    [InlineData("blk.3.ffn_up.weight", "model.layers.3.mlp.up_proj.weight")]
    [InlineData("blk.3.ffn_down.bias", "model.layers.3.mlp.down_proj.bias")]
    public void Names_BothWays_AreThoseOfTheConverter(string gguf, string huggingFace)
    {
        Assert.Equal(huggingFace, GgufLlamaNames.ToHuggingFace(gguf));
        Assert.Equal(gguf, GgufLlamaNames.ToGguf(huggingFace));
    }

    [Theory]
    [InlineData("rope_freqs.weight")]
    [InlineData("blk.03.attn_q.weight")]
    [InlineData("blk.-1.attn_q.weight")]
    [InlineData("blk.99999999999.attn_q.weight")]
    [InlineData("blk.1.attn_q")]
    [InlineData("blk.1.token_embd.weight")]
    [InlineData("attn_q.weight")]
    [InlineData("blk.1.attn_q.weight.lora_a")]
    [InlineData("")]
    public void Names_NoParameter_AreNull(string name) => Assert.Null(GgufLlamaNames.ToHuggingFace(name));

    [Fact]
    public void RowInFile_OfTwoHeads_UndoesTheInterleaving()
    {
        // The converter's order, written out: head 0 holds rows 0 3 1 4 2 5 of the original, head 1 likewise.
        int[] original = [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11];
        for (int row = 0; row < 12; row++)
        {
            Assert.Equal(row, original[GgufLlamaNames.RowInFile(row, 12, 2)]);
        }

        Assert.Contains("10 rows do not fall into 2 heads of an even size", Assert.Throws<PalimpsestException>(() => GgufLlamaNames.RowInFile(0, 10, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<PalimpsestException>(() => GgufLlamaNames.RowInFile(0, 10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufLlamaNames.RowInFile(12, 12, 2));
    }

    [Fact]
    public void Settings_Defaults_AreDerived()
    {
        GgufLlamaSettings settings = Read(Model());
        Assert.Equal((64, 8, 2, 24, 4, 4, 2), (settings.ContextLength, settings.EmbeddingLength, settings.BlockCount, settings.FeedForwardLength, settings.HeadCount, settings.KeyValueHeadCount, settings.HeadLength));
        Assert.Equal((1e-5f, 10_000, 3, true), ((float)settings.RmsEpsilon, settings.RopeBase, settings.VocabularySize, settings.TiedOutput));
        Assert.Null(settings.RopeScaling);
        Assert.Null(settings.RopeDivisors);
        Assert.Equal(4, GgufLlamaNames.InterleavedHeads("blk.1.attn_q.bias", settings));
        Assert.Null(GgufLlamaNames.InterleavedHeads("blk.1.attn_v.weight", settings));
        Assert.Null(GgufLlamaNames.InterleavedHeads("output.weight", settings));
    }

    [Fact]
    public void Settings_Everything_IsRead()
    {
        GgufLlamaSettings settings = Read(Model().Add("llama.attention.head_count_kv", 2, 2).Add("llama.attention.key_length", 6u).Add("llama.rope.freq_base", 5e5f)
            .Add("llama.rope.scaling.type", "yarn").Add("llama.rope.scaling.factor", 4f).Add("llama.rope.scaling.original_context_length", 32u).Add("llama.rope.scaling.yarn_beta_fast", 16f)
            .Tensor("rope_freqs.weight", [3], 0, [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(8f)]).Tensor("output.weight", [8, 3], 0, new byte[96]));
        Assert.Equal((2, 6, 5e5, false), (settings.KeyValueHeadCount, settings.HeadLength, settings.RopeBase, settings.TiedOutput));
        Assert.Equal(new GgufRopeScaling("yarn", 4, 32, null, 16, null), settings.RopeScaling);
        Assert.Equal([1f, 2f, 8f], settings.RopeDivisors!);
    }

    [Fact]
    public void Settings_WhatDoesNotFit_IsNamed()
    {
        GgufFileTests.Check(GgufProblem.MissingKey, "general.architecture", () => Read(new GgufBytes()));
        GgufFileTests.Check(GgufProblem.Unsupported, "architecture \"gemma\"; supported: model, llama", () => Read(new GgufBytes().Add("general.architecture", "gemma")));
        GgufFileTests.Check(GgufProblem.Unsupported, "is of the type \"adapter\"", () => Read(new GgufBytes().Add("general.architecture", "llama").Add("general.type", "adapter")));
        GgufFileTests.Check(GgufProblem.Unsupported, "mixture of experts", () => Read(Model().Add("llama.expert_count", 8u)));
        GgufFileTests.Check(GgufProblem.WrongValue, "the same one for each of 2 blocks", () => Read(Model().Add("llama.attention.head_count_kv", 2, 1)));
        GgufFileTests.Check(GgufProblem.Unsupported, "only a part is rotated", () => Read(Model().Add("llama.rope.dimension_count", 1u)));
        GgufFileTests.Check(GgufProblem.WrongValue, "has 3 rows; the metadata name 4 tokens", () => Read(Model().Add("llama.vocab_size", 4u)));
        GgufFileTests.Check(GgufProblem.WrongValue, "heads of 2 need 1", () => Read(Model().Tensor("rope_freqs.weight", [3], 0, new byte[12])));
    }

    private static GgufLlamaSettings Read(GgufBytes bytes)
    {
        using GgufFile file = GgufFileTests.Open(bytes);
        return GgufLlamaSettings.Read(file);
    }

    private static GgufBytes Model() => new GgufBytes().Add("general.architecture", "llama").Add("llama.context_length", 64u).Add("llama.embedding_length", 8u).Add("llama.block_count", 2u)
        .Add("llama.feed_forward_length", 24u).Add("llama.attention.head_count", 4u).Add("llama.attention.layer_norm_rms_epsilon", 1e-5f).Tensor("token_embd.weight", [8, 3], 0, new byte[96]);
}
