using System.Text.Json.Nodes;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Tests.Models;

/// <summary>Weights in shards with an index: the same bits as in one file, and clear errors for what does not fit.</summary>
public sealed class ShardedFolderTests
{
    [Fact]
    public void Load_ThreeShards_GivesTheSameBits()
    {
        using TemporaryFolder folder = new();
        Shard(folder);
        using CausalModel whole = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32()), sharded = ModelFolder.Load(folder.Path, TestContexts.F32());
        Assert.Equal(whole.Parameters.Flat!.Values.bytes.ToArray(), sharded.Parameters.Flat!.Values.bytes.ToArray());
    }

    [Fact]
    public void Load_ShardMissing_NamesIt()
    {
        using TemporaryFolder folder = new();
        Shard(folder);
        File.Delete(folder.At("part-2.safetensors"));
        Assert.Contains("part-2.safetensors: this shard is missing", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TensorInTwoShards_NamesBoth()
    {
        using TemporaryFolder folder = new();
        Shard(folder);
        File.Copy(folder.At("part-0.safetensors"), folder.At("part-2.safetensors"), overwrite: true);
        Assert.Contains("stands twice", Refusal(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.norm.weight", null, "which model.safetensors.index.json does not know")]
    [InlineData("model.layers.9.mlp.up_proj.weight", "part-0.safetensors", "but it is not there")]
    [InlineData("model.norm.weight", "../part-0.safetensors", "names for \"model.norm.weight\" no file of this folder")]
    public void Load_IndexDoesNotFit_SaysWhere(string tensor, string? shard, string message)
    {
        using TemporaryFolder folder = new();
        Shard(folder);
        JsonNode index = JsonNode.Parse(File.ReadAllText(folder.At(SafetensorsSet.IndexName)))!;
        JsonObject map = index["weight_map"]!.AsObject();
        if (shard is null)
        {
            map.Remove(tensor);
        }
        else
        {
            map[tensor] = shard;
        }

        folder.Write(SafetensorsSet.IndexName, index.ToJsonString());
        Assert.Contains(message, Refusal(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "is not valid JSON")]
    [InlineData("{}", "has no weight_map")]
    [InlineData("{\"weight_map\": {}}", "has an empty weight_map")]
    public void Load_IndexMalformed_SaysSo(string index, string message)
    {
        using TemporaryFolder folder = new();
        Shard(folder);
        folder.Write(SafetensorsSet.IndexName, index);
        Assert.Contains(message, Refusal(folder), StringComparison.Ordinal);
    }

    private static string Refusal(TemporaryFolder folder) => Assert.Throws<PalimpsestException>(() => ModelFolder.Load(folder.Path, TestContexts.F32())).Message;

    private static void Shard(TemporaryFolder folder)
    {
        File.Copy(TestContexts.Golden("llama", "config.json"), folder.At("config.json"));
        using SafetensorsFile file = SafetensorsFile.Open(TestContexts.Golden("llama", "model.safetensors"));
        JsonObject map = [];
        foreach (IGrouping<int, (int Index, TensorEntry Item)> part in file.Entries.Values.Index().GroupBy(pair => pair.Index % 3))
        {
            SafetensorsWriter.Write(folder.At($"part-{part.Key}.safetensors"), [.. part.Select(pair => new TensorSource(pair.Item.Name, pair.Item.Type, pair.Item.Shape, stream =>
            {
                byte[] bytes = new byte[pair.Item.ByteLength];
                file.Read(pair.Item, bytes);
                stream.Write(bytes);
            }))]);
            foreach ((_, TensorEntry entry) in part)
            {
                map[entry.Name] = $"part-{part.Key}.safetensors";
            }
        }

        folder.Write(SafetensorsSet.IndexName, new JsonObject { ["weight_map"] = map }.ToJsonString());
    }
}
