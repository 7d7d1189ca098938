using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Palimpsest.Clients;
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
    public async Task Generate_ThroughTheInterface_EqualsTheEncoder()
    {
        using TemporaryFolder folder = new();
        (string[] texts, _) = Prepare(folder);
        using SentenceEncoder encoder = SentenceEncoder.Load(folder.Path, TestContexts.F32());
        using LocalEmbeddingGenerator generator = new(encoder, "bert");
        CancellationToken stop = TestContext.Current.CancellationToken;
        GeneratedEmbeddings<Embedding<float>> made = await generator.GenerateAsync(texts, cancellationToken: stop);
        Assert.Equal(encoder.Embed(texts), made.Select(vector => vector.Vector.ToArray()));
        Assert.Equal(texts.Sum(text => encoder.Encode(text).Length), made.Usage!.InputTokenCount);
        await Assert.ThrowsAsync<PalimpsestException>(() => generator.GenerateAsync(texts, new EmbeddingGenerationOptions { Dimensions = 7 }, stop));
        await Assert.ThrowsAsync<PalimpsestException>(() => generator.GenerateAsync(texts, new EmbeddingGenerationOptions { ModelId = "other" }, stop));
    }

    [Theory]
    [InlineData("{}", null, new[] { 10, 11, 12, 13, 14 })]
    [InlineData("{\"truncation_side\": \"left\"}", null, new[] { 13, 14, 15, 16, 17 })]
    [InlineData("{}", "t20", new[] { 20, 10, 11, 12, 21 })]
    [InlineData("{\"truncation_side\": \"left\"}", "t20", new[] { 20, 15, 16, 17, 21 })]
    public void Encode_LongText_KeepsWhatStandsAroundIt(string config, string? begin, int[] ids)
    {
        using TemporaryFolder folder = new();
        Prepare(folder);
        folder.Write("tokenizer_config.json", config);
        if (begin is not null)
        {
            JsonObject json = JsonNode.Parse(File.ReadAllText(folder.At("tokenizer.json")))!.AsObject();
            json["post_processor"] = JsonNode.Parse("""{"type": "BertProcessing", "cls": ["t20", 20], "sep": ["t21", 21]}""");
            folder.Write("tokenizer.json", json.ToJsonString());
        }

        folder.Write("sentence_bert_config.json", "{\"max_seq_length\": 5}");
        using SentenceEncoder encoder = SentenceEncoder.Load(folder.Path, TestContexts.F32());
        Assert.Equal(ids, encoder.Encode("t10 t11 t12 t13 t14 t15 t16 t17"));
    }

    [Theory]
    [InlineData("""{"transformer_task": "feature-extraction", "module_output_name": "token_embeddings", "unpad_inputs": true, "model_args": {}}""", null)]
    [InlineData("""{"modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}, "image": {}}}""", null)]
    [InlineData("""{"transformer_task": "fill-mask"}""", "transformer_task \"fill-mask\" is not supported")]
    [InlineData("""{"module_output_name": "sentence_embedding"}""", "module_output_name \"sentence_embedding\" is not supported")]
    [InlineData("""{"modality_config": {"image": {"method": "forward"}}}""", "modality_config has no \"text\"")]
    [InlineData("""{"modality_config": {"text": {"method": "get_text_features"}}}""", "method \"get_text_features\" is not supported")]
    [InlineData("""{"modality_config": {"text": {"format": "structured"}}}""", "modality_config.text.format = \"structured\"")]
    [InlineData("""{"processing_kwargs": {"padding": true}}""", "processing_kwargs = {")]
    public void Load_SettingsOfVersionFive_AreUsedOrRefusedByName(string settings, string? message)
    {
        using TemporaryFolder folder = new();
        Prepare(folder);
        float[] Vector()
        {
            using SentenceEncoder encoder = SentenceEncoder.Load(folder.Path, TestContexts.F32());
            return encoder.Embed(["t10 t11"])[0];
        }

        float[] plain = Vector();
        folder.Write("sentence_bert_config.json", settings);
        if (message is null)
        {
            Assert.Equal(plain, Vector());
        }
        else
        {
            Assert.Contains(message, Assert.Throws<PalimpsestException>(Vector).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Encode_NoLimitInTheFolder_TakesTheTokenizersOrTheEncoders()
    {
        using TemporaryFolder folder = new();
        Prepare(folder);
        string text = string.Join(' ', Enumerable.Range(10, 90).Select(i => $"t{i}"));
        int Length()
        {
            using SentenceEncoder encoder = SentenceEncoder.Load(folder.Path, TestContexts.F32());
            return encoder.Encode(text).Length;
        }

        Assert.Equal(64, Length());
        folder.Write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
        Assert.Equal(64, Length());
        folder.Write("tokenizer_config.json", "{\"model_max_length\": 7}");
        Assert.Equal(7, Length());
        folder.Write("sentence_roberta_config.json", "{\"max_seq_length\": 9, \"do_lower_case\": false}");
        Assert.Equal(9, Length());
    }

    [Theory]
    [InlineData("{\"pooling_mode\": \"cls\", \"embedding_dimension\": 32, \"include_prompt\": true}", "{\"pooling_mode_cls_token\": true}")]
    [InlineData("{\"pooling_mode\": \"mean\", \"word_embedding_dimension\": 32}", "{\"pooling_mode_mean_tokens\": true, \"pooling_mode_lasttoken\": false}")]
    public void Embed_BothFormsOfThePooling_GiveTheSameVectors(string named, string flags)
    {
        using TemporaryFolder folder = new();
        Prepare(folder);
        float[] Vector(string pooling)
        {
            folder.Write("1_Pooling/config.json", pooling);
            using SentenceEncoder encoder = SentenceEncoder.Load(folder.Path, TestContexts.F32());
            return encoder.Embed(["t10 t11 t12"])[0];
        }

        Assert.Equal(Vector(flags), Vector(named));
        Assert.NotEqual(Vector("{\"pooling_mode\": \"cls\"}"), Vector("{\"pooling_mode\": \"mean\"}"));
    }

    [Fact]
    public void Embed_Prompts_StandBeforeTheTextAndTheDefaultIsTakenUnlessAnotherIsAskedFor()
    {
        using TemporaryFolder folder = new();
        Prepare(folder);
        folder.Write(
            "config_sentence_transformers.json",
            """{"__version__": {}, "prompts": {"query": "t20 ", "document": ""}, "default_prompt_name": "query", "similarity_fn_name": "cosine"}""");
        folder.Write("sentence_bert_config.json", "{\"do_lower_case\": true}");
        using SentenceEncoder encoder = SentenceEncoder.Load(folder.Path, TestContexts.F32());
        Assert.Equal([20, 10], encoder.Encode("T10"));
        Assert.Equal([10], encoder.Encode("t10", "document"));
        Assert.Equal(encoder.Embed(["t20 t10"], prompt: "document")[0], encoder.Embed(["t10"])[0]);
        Assert.Contains(
            "There are: query, document", Assert.Throws<PalimpsestException>(() => encoder.Encode("t10", "passage")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_SentenceEncoder_KeepsWhatMakesItOne()
    {
        using TemporaryFolder folder = new();
        Prepare(folder);
        folder.Write("config_sentence_transformers.json", """{"prompts": {"query": "t20 "}, "default_prompt_name": "query"}""");
        ModelConverter.Convert(folder.Path, folder.At("converted"));
        using SentenceEncoder encoder = SentenceEncoder.Load(folder.Path, TestContexts.F32()), converted = SentenceEncoder.Load(
            folder.At("converted"), TestContexts.F32());
        Assert.Equal(encoder.Embed(["t10 t11"]), converted.Embed(["t10 t11"]));
    }

    [Theory]
    [InlineData("modules.json", "[]", "are not supported")]
    [InlineData("modules.json", """[{"path": "", "type": "a.Transformer", "kwargs": []}]""", "\"kwargs\" of a module is not supported")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true, \"pooling_mode_lasttoken\": true}", "pooling_mode_lasttoken = true")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode\": \"weightedmean\"}", "pooling_mode \"weightedmean\" is not supported")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode\": \"mean\", \"include_prompt\": false}", "include_prompt false")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode\": \"mean\", \"embedding_dimension\": 64}", "a width of 64 where the encoder has 32")]
    [InlineData("sentence_bert_config.json", "{\"max_seq_length\": 8, \"transformer_task\": \"fill-mask\"}", "transformer_task")]
    [InlineData("config_sentence_transformers.json", "{\"prompts\": {}, \"truncate_dim\": 8}", "truncate_dim = 8")]
    [InlineData("config_sentence_transformers.json", "{\"model_type\": \"SparseEncoder\"}", "model_type \"SparseEncoder\" is not supported")]
    [InlineData("config_sentence_transformers.json", "{\"default_prompt_name\": \"query\"}", "default_prompt_name \"query\" is none of the prompts")]
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
    internal static (string[] Texts, float[][] Means) Prepare(TemporaryFolder folder)
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
