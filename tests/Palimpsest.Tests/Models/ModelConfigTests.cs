using System.Text.Json.Nodes;
using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Tests.Models;

/// <summary>What <c>config.json</c> says survives reading and writing, and what is not understood is refused by name.</summary>
public sealed class ModelConfigTests
{
    // Divisors that the gguf package computed for Llama 3's scaling with heads of 8, base 500,000, factor 8, original context 32.
    private static readonly double[] Llama3Divisors = [1.0, 8.0, 8.0, 8.0];

    [Theory]
    [InlineData("{\"rope_type\": \"linear\", \"factor\": 2.5}")]
    [InlineData("{\"type\": \"dynamic\", \"factor\": 4}")]
    [InlineData("{\"rope_type\": \"llama3\", \"factor\": 32, \"low_freq_factor\": 1, \"high_freq_factor\": 4, \"original_max_position_embeddings\": 32}")]
    [InlineData("{\"rope_type\": \"yarn\", \"factor\": 4, \"original_max_position_embeddings\": 32, \"beta_fast\": 16, \"attention_factor\": 1.25, \"truncate\": false}")]
    public void ReadAndWrite_RopeScaling_KeepsEverything(string scaling)
    {
        using TemporaryFolder folder = new();
        JsonObject json = JsonNode.Parse(File.ReadAllText(TestContexts.Golden("llama", "config.legacy.json")))!.AsObject();
        json["rope_scaling"] = JsonNode.Parse(scaling);
        folder.Write("old.json", json.ToJsonString());
        LlamaConfig old = Assert.IsType<LlamaConfig>(ModelConfigFile.Read(folder.At("old.json")));
        Assert.NotNull(old.RopeScaling);
        ModelConfigFile.Write(folder.At("new.json"), old);
        LlamaConfig again = Assert.IsType<LlamaConfig>(ModelConfigFile.Read(folder.At("new.json")));
        Assert.Equal(old.RopeScaling, again.RopeScaling);
        Assert.Equal(old with { EndTokens = [] }, again with { EndTokens = [] });
        Assert.Equal(json["max_position_embeddings"]!.GetValue<int>(), JsonNode.Parse(File.ReadAllText(folder.At("new.json")))!["max_position_embeddings"]!.GetValue<int>());
    }

    [Fact]
    public void Apply_GenerationConfig_GivesTheEndTokensAndHowAChatDraws()
    {
        using TemporaryFolder folder = new();
        LlamaConfig config = Assert.IsType<LlamaConfig>(ModelConfigFile.Read(TestContexts.Golden("llama", "config.legacy.json"))) with { EndTokens = [2] };
        Assert.Same(config, GenerationConfigFile.Apply(folder.Path, config));
        folder.Write("generation_config.json",
            """{"bos_token_id": 1, "eos_token_id": [2, 3], "do_sample": true, "temperature": 0.6, "top_p": 0.9, "stop_strings": "x", "num_beams": 1, "no_repeat_ngram_size": 3, "suppress_tokens": [], "transformers_version": "5"}""");
        CausalConfig read = GenerationConfigFile.Apply(folder.Path, config);
        Assert.Equal([2, 3], read.EndTokens);
        GenerationConfig generation = read.Generation!;
        Assert.Equal((0.6, 50, 0.9, 0.0, 1.0), (generation.Temperature, generation.TopK, generation.TopP, generation.MinP, generation.RepetitionPenalty));
        Assert.Equal(["x"], generation.StopTexts);
        Assert.Equal(["no_repeat_ngram_size = 3"], generation.NotFollowed);

        GenerationConfigFile.Write(folder.At("copy.json"), read with { EndTokens = [3] });
        JsonObject copy = JsonNode.Parse(File.ReadAllText(folder.At("copy.json")))!.AsObject();
        Assert.Equal((3, 0.6, 3),
            (copy["eos_token_id"]!.GetValue<int>(), copy["temperature"]!.GetValue<double>(), copy["no_repeat_ngram_size"]!.GetValue<int>()));
        folder.Write("generation_config.json", """{"temperature": 0.6}""");
        Assert.Equal((2, 0.0),
            (Assert.Single(GenerationConfigFile.Apply(folder.Path, config).EndTokens),
            GenerationConfigFile.Apply(folder.Path, config).Generation!.Temperature));
    }

    [Theory]
    [InlineData("""{"eos_token_id": 100000}""", "eos_token_id holds 100000, which is none of the model's")]
    [InlineData("""{"do_sample": true, "top_p": 2}""", "top_p above 0 and at most 1")]
    [InlineData("""{"eos_token_id": ["a"]}""", "eos_token_id must hold whole numbers")]
    [InlineData("[]", "is not a JSON object")]
    public void Apply_GenerationConfigOutOfRange_IsNamed(string json, string message)
    {
        using TemporaryFolder folder = new();
        folder.Write("generation_config.json", json);
        CausalConfig config = (CausalConfig)ModelConfigFile.Read(TestContexts.Golden("llama", "config.legacy.json"));
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => GenerationConfigFile.Apply(folder.Path, config)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rope_scaling", "{\"type\": \"longrope\", \"factor\": 2}", "rotary scaling of type \"longrope\" is not supported")]
    [InlineData("rope_scaling", "{\"type\": \"linear\", \"factor\": 0}", "a factor of at least 1")]
    [InlineData("num_hidden_layers", "\"three\"", "num_hidden_layers must be a whole number")]
    [InlineData("num_attention_heads", "0", "num_attention_heads must be at least 1")]
    [InlineData("num_hidden_layers", "200000000", "num_hidden_layers must be at most 10000")]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act \"gelu\" is not supported")]
    public void Read_NotSupported_SaysFileAndKey(string key, string value, string message)
    {
        using TemporaryFolder folder = new();
        JsonObject json = JsonNode.Parse(File.ReadAllText(TestContexts.Golden("llama", "config.legacy.json")))!.AsObject();
        json[key] = JsonNode.Parse(value);
        folder.Write("config.json", json.ToJsonString());
        string error = Assert.Throws<PalimpsestException>(() => ModelConfigFile.Read(folder.At("config.json"))).Message;
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.StartsWith(folder.Path, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama", "logit_scale", "0.06", "logit_scale = 0.06")]
    [InlineData("llama", "embedding_multiplier", "12", "embedding_multiplier = 12")]
    [InlineData("llama", "sliding_window", "4096", "sliding_window = 4096")]
    [InlineData("llama", "rope_interleaved", "true", "rope_interleaved = true")]
    [InlineData("llama", "partial_rotary_factor", "0.5", "only a part is rotated (partial_rotary_factor)")]
    [InlineData("llama", "layer_types", """["full_attention", "sliding_attention"]""", "(layer_types) are not supported")]
    [InlineData("llama", "quantization_config", """{"quant_method": "awq"}""", "quantised (quantization_config: awq)")]
    [InlineData("llama", "model_type", "\"mistral\"", "model_type \"mistral\" and architectures \"LlamaForCausalLM\" contradict each other")]
    [InlineData("llama", "architectures", """["LlamaForCausalLM", "GPT2LMHeadModel"]""", "architectures must name one")]
    [InlineData("llama", "rope_scaling", """{"type": "linear", "factor": 2, "factr": 1}""", "rope_scaling.factr = 1")]
    [InlineData("llama", "rope_scaling", """{"type": "linear", "rope_type": "yarn", "factor": 2}""", "\"yarn\" and type \"linear\" contradict")]
    [InlineData("llama", "rope_parameters", """{"rope_type": "default", "rope_theta": 500000}""", "rope_theta is 500000 and 10000; the places must agree")]
    [InlineData("gpt2", "scale_attn_by_inverse_layer_idx", "true", "attention that is scaled by layer")]
    [InlineData("gpt2", "position_embedding_type", "\"rotary\"", "position_embedding_type \"rotary\" is not supported")]
    [InlineData("gpt2", "position_embeding_type", "false", "position_embeding_type = false (did you mean position_embedding_type?)")]
    [InlineData("gpt2", "alibi", "true", "alibi = true")]
    [InlineData("gpt2", "activation_function", "\"quick_gelu\"", "activation_function \"quick_gelu\" is not supported")]
    [InlineData("gpt2", "is_encoder_decoder", "true", "is_encoder_decoder = true")]
    [InlineData("bert", "rotary_value", "true", "rotary_value = true")]
    public void Read_KeyThatChangesTheModel_IsRefusedByName(string golden, string key, string value, string message)
    {
        using TemporaryFolder folder = new();
        string original = TestContexts.Golden(golden, golden == "llama" ? "config.legacy.json" : "config.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(original))!.AsObject();
        json[key] = JsonNode.Parse(value);
        folder.Write("config.json", json.ToJsonString());
        string error = Assert.Throws<PalimpsestException>(() => ModelConfigFile.Read(folder.At("config.json"))).Message;
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama", """{"pretraining_tp": 2, "is_llama_config": true, "rope_interleaved": false, "transformers.js_config": {"dtype": "q4"}}""")]
    [InlineData("llama", """{"sliding_window": null, "layer_types": ["full_attention"], "max_sequence_length": 2048, "partial_rotary_factor": 1.0}""")]
    [InlineData("gpt2", """{"n_ctx": 1024, "summary_type": "cls_index", "reorder_and_upcast_attn": true, "id2label": {"0": "LABEL_0"}, "_num_labels": 1}""")]
    [InlineData("gpt2", """{"summary_use_proj": true, "task_specific_params": {"text-generation": {"do_sample": true}}}""")]
    public void Read_KeysOfPublishedFiles_ChangeNothing(string golden, string keys)
    {
        using TemporaryFolder folder = new();
        string original = TestContexts.Golden(golden, golden == "llama" ? "config.legacy.json" : "config.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(original))!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(keys)!.AsObject())
        {
            json[key] = value?.DeepClone();
        }

        folder.Write("config.json", json.ToJsonString());
        ModelConfig before = ModelConfigFile.Read(original), after = ModelConfigFile.Read(folder.At("config.json"));
        Assert.Equal(((CausalConfig)before) with { EndTokens = [], Labels = [] }, ((CausalConfig)after) with { EndTokens = [], Labels = [] });
    }

    [Fact]
    public void Read_ClassesThatContradict_AreNamed()
    {
        using TemporaryFolder folder = new();
        JsonObject json = JsonNode.Parse(File.ReadAllText(TestContexts.Golden("distilbert", "config.json")))!.AsObject();
        string[] labels = [.. json["id2label"]!.AsObject().Select(pair => pair.Value!.ToString())];
        json["label2id"] = new JsonObject(labels.Select((label, i) => KeyValuePair.Create(label, (JsonNode?)(labels.Length - 1 - i))));
        folder.Write("config.json", json.ToJsonString());
        Assert.Contains("id2label says that class 0 is",
            Assert.Throws<PalimpsestException>(() => ModelConfigFile.Read(folder.At("config.json"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_OldConfigWithoutAFileOfItsOwn_DrawsAsItSays()
    {
        using TemporaryFolder folder = new();
        JsonObject json = JsonNode.Parse(File.ReadAllText(TestContexts.Golden("llama", "config.legacy.json")))!.AsObject();
        (json["do_sample"], json["temperature"], json["num_beams"]) = (true, 0.7, 4);
        folder.Write("config.json", json.ToJsonString());
        CausalConfig config = (CausalConfig)ModelConfigFile.Read(folder.At("config.json"));
        GenerationConfig generation = GenerationConfigFile.Apply(folder.Path, config).Generation!;
        Assert.Equal((0.7, 50), (generation.Temperature, generation.TopK));
        Assert.Equal(["num_beams = 4"], generation.NotFollowed);
        Assert.Equal(config.EndTokens, GenerationConfigFile.Apply(folder.Path, config).EndTokens);
        folder.Write("generation_config.json", "{}");
        Assert.Equal(0.0, GenerationConfigFile.Apply(folder.Path, config).Generation!.Temperature);
    }

    [Theory]
    [InlineData("{\"architectures\": [\"LlamaForCausalLM\"], \"vocab_size\": 1, \"vocab_size\": 2}")]
    [InlineData("{\"architectures\": [\"\\ud800\"]}")]
    [InlineData("{\"\\udc00\": 1}")]
    public void Read_KeyTwiceOrTextThatIsNone_IsRefused(string json)
    {
        using TemporaryFolder folder = new();
        folder.Write("config.json", json);
        Assert.Contains("config.json: is not valid JSON", Assert.Throws<PalimpsestException>(() => ModelConfigFile.Read(folder.At("config.json"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ImpossibleNumberOfParameters_SaysSo()
    {
        using TemporaryFolder folder = new();
        folder.Copy("llama");
        JsonObject json = JsonNode.Parse(File.ReadAllText(folder.At("config.json")))!.AsObject();
        foreach (string key in new[] { "vocab_size", "hidden_size", "intermediate_size" })
        {
            json[key] = 1 << 28;
        }

        json["num_hidden_layers"] = 10_000;
        folder.Write("config.json", json.ToJsonString());
        Assert.Contains("more parameters than any file can hold", Assert.Throws<PalimpsestException>(() => ModelFolder.Load(folder.Path, TestContexts.F32())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frequencies_Llama3AndLinear_AreTheReference()
    {
        double[] plain = new RopeScaling { Type = "default" }.Frequencies(8, 500_000, 0);
        double[] llama = new RopeScaling { Type = "llama3", Factor = 8, OriginalContext = 32 }.Frequencies(8, 500_000, 0);
        double[] linear = new RopeScaling { Type = "linear", Factor = 4 }.Frequencies(8, 500_000, 0);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(Llama3Divisors[i], plain[i] / llama[i], 1e-5);
            Assert.Equal(plain[i] / 4, linear[i], 1e-12);
        }
    }

    [Fact]
    public void Gpt2_SaveAndLoadAgain_GivesTheSameBitsInTheOrderOfTheOriginal()
    {
        using TemporaryFolder folder = new();
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("gpt2"), TestContexts.F32());
        ModelFolder.Save(model, folder.Path);
        using CausalModel again = ModelFolder.Load(folder.Path, TestContexts.F32());
        Assert.Equal(model.Parameters.Flat!.Values.bytes.ToArray(), again.Parameters.Flat!.Values.bytes.ToArray());
        using Data.Safetensors.SafetensorsFile original = Data.Safetensors.SafetensorsFile.Open(TestContexts.Golden("gpt2", "model.safetensors")), saved = Data.Safetensors.SafetensorsFile.Open(folder.At("model.safetensors"));
        foreach (Data.Safetensors.TensorEntry entry in original.Entries.Values)
        {
            byte[] expected = new byte[entry.ByteLength], actual = new byte[entry.ByteLength];
            original.Read(entry, expected);
            saved.Read(saved[entry.Name], actual);
            Assert.Equal(entry.Shape, saved[entry.Name].Shape);
            Assert.Equal(expected, actual);
        }
    }
}
