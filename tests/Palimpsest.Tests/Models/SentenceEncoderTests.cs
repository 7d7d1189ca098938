using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models;
using Palimpsest.Torch;
using TorchSharp;

namespace Palimpsest.Tests.Models;

/// <summary>A sentence encoder over the golden BERT: pooling and normalisation against the reference's mean, and folders that do not fit.</summary>
public sealed class SentenceEncoderTests
{
    private const string Modules = """[{"path": "", "type": "sentence_transformers.models.Transformer"}, {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}, {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]""";

    [Fact]
    public void Embed_TextsOfUnlikeLength_EqualsTheReferencesMeanNormalised()
    {
        using TemporaryFolder folder = new();
        (string[] texts, float[][] means) = Prepare(folder);
        using SentenceEncoder encoder = SentenceEncoder.Load(folder.Path, TestContexts.F32());
        float[][] vectors = encoder.Embed([texts[1], texts[0], texts[1]], batchSize: 2);
        foreach ((float[] vector, float[] mean) in new[] { (vectors[0], means[1]), (vectors[1], means[0]), (vectors[2], means[1]) })
        {
            double length = Math.Sqrt(mean.Sum(value => (double)value * value));
            Assert.InRange(vector.Zip(mean).Max(pair => Math.Abs(pair.First - (pair.Second / length))), 0, 1e-5);
        }
    }

    [Fact]
    public void Encode_LongText_IsCutBeforeItsLastToken()
    {
        using TemporaryFolder folder = new();
        Prepare(folder);
        folder.Write("sentence_bert_config.json", "{\"max_seq_length\": 5}");
        using SentenceEncoder encoder = SentenceEncoder.Load(folder.Path, TestContexts.F32());
        Assert.Equal([10, 11, 12, 13, 17], encoder.Encode("t10 t11 t12 t13 t14 t15 t16 t17"));
    }

    [Theory]
    [InlineData("modules.json", "[]", "are not supported")]
    [InlineData("modules.json", "{", "is not valid JSON")]
    [InlineData("modules.json", """[{"path": "../x", "type": "a.Transformer"}]""", "leads out of the folder")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode_max_tokens\": true}", "supported are the mean over all tokens")]
    [InlineData("config.json", "{\"architectures\": [\"T5EncoderModel\"]}", "is not known")]
    public void Load_DoesNotFit_SaysWhatIsSupported(string file, string text, string message)
    {
        using TemporaryFolder folder = new();
        Prepare(folder);
        folder.Write(file, text);
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => SentenceEncoder.Load(folder.Path, TestContexts.F32())).Message, StringComparison.Ordinal);
    }

    /// <summary>The golden masked-language model as a bare encoder whose words t0 to t159 are its tokens.</summary>
    private static (string[] Texts, float[][] Means) Prepare(TemporaryFolder folder)
    {
        folder.Copy("bert");
        JsonNode config = JsonNode.Parse(File.ReadAllText(folder.At("config.json")))!;
        config["architectures"] = new JsonArray("BertModel");
        folder.Write("config.json", config.ToJsonString());
        folder.Write("modules.json", Modules);
        Directory.CreateDirectory(folder.At("1_Pooling"));
        folder.Write("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");
        JsonObject vocabulary = new(Enumerable.Range(0, 160).Select(id => KeyValuePair.Create<string, JsonNode?>($"t{id}", id)));
        folder.Write("tokenizer.json", new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "WhitespaceSplit" },
            ["model"] = new JsonObject { ["type"] = "WordLevel", ["vocab"] = vocabulary, ["unk_token"] = "t1" },
        }.ToJsonString());
        using SafetensorsFile expected = SafetensorsFile.Open(TestContexts.Golden("bert", "expected.safetensors"));
        long[] ids = Read<long>(expected, "input_ids"), mask = Read<long>(expected, "attention_mask");
        float[] means = Read<float>(expected, "mean_pooled");
        return ([.. ids.Zip(mask).Chunk(19).Select(row => string.Join(' ', row.Where(pair => pair.Second == 1).Select(pair => $"t{pair.First}")))], [.. means.Chunk(32)]);
    }

    private static T[] Read<T>(SafetensorsFile file, string name)
        where T : unmanaged
    {
        using torch.Tensor tensor = TensorBytes.Read(file, file[name]);
        return MemoryMarshal.Cast<byte, T>(tensor.bytes).ToArray();
    }
}
