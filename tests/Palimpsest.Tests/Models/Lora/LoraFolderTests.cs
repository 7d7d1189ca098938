using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Tests.Training;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models.Lora;

/// <summary>Folders that are damaged, ask for too much, or belong to another model: the message names what does not fit.</summary>
public sealed class LoraFolderTests
{
    public static TheoryData<string, string, string> Settings() => new()
    {
        { "peft_type", "\"LOHA\"", "peft_type \"LOHA\" is not supported" },
        { "task_type", "\"SEQ_2_SEQ_LM\"", "task_type \"SEQ_2_SEQ_LM\" is not supported" },
        { "task_type", "\"SEQ_CLS\"", "task_type \"SEQ_CLS\" is not that of this model, which is a LlamaForCausalLM" },
        { "trainable_token_indices", "{\"lm_head\": [1]}", "trains tokens of \"lm_head\"" },
        { "trainable_token_indices", "{\"embed_tokens\": [1], \"lm_head\": [1]}", "must name the embedding alone" },
        { "init_lora_weights", "\"pissa\"", "init_lora_weights \"pissa\" is not supported" },
        { "use_qalora", "true", "use_qalora = true" },
        { "target_parameters", "[\"experts\"]", "target_parameters = [\"experts\"]" },
        { "layer_replication", "[[0, 2]]", "layer_replication" },
        { "invented_by_tomorrow", "{\"a\": 1}", "invented_by_tomorrow" },
        { "r", "\"eight\"", "r must be a whole number" },
        { "r", "2000000000", "rank must be from 1 to" },
        { "lora_alpha", "[]", "lora_alpha must be a number" },
        { "target_modules", "null", "target_modules is missing or empty" },
        { "target_modules", "[7]", "target_modules must be text or a list of names" },
        { "target_modules", "\"(\"", "is not a regular expression" },
        { "target_modules", "\"(.*)*(.*)*(.*)*(.*)*(.*)*X\"", "takes too long" },
        { "target_modules", "[\"c_attn\"]", "No module is meant by targets c_attn. The model's modules end in: embed_tokens, q_proj" },
        { "modules_to_save", "[\"score\"]", "modules_to_save: \"score\" is neither" },
        { "trainable_token_indices", "[1]", "cannot be trained when the embedding is tied" },
        { "ensure_weight_tying", "3", "ensure_weight_tying must be" },
        { "rank_pattern", "{\"q_proj\": null}", "rank_pattern \"q_proj\" is empty" },
        { "bias", "\"some\"", "bias \"some\" is not known" },
        { "r", "7", "lora_A.weight\" has shape [3, 32] where this model and adapter_config.json want [7, 32]" },
        { "target_modules", "[\"q_proj\"]", "belongs to no module that adapter_config.json speaks of" },
        { "target_modules", "[\"q_proj\", \"v_proj\", \"up_proj\"]", "up_proj.lora_A.weight\" is missing" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Load_OtherSetting_IsRefusedByName(string key, string value, string expected) => InFolder(folder =>
    {
        string path = Path.Combine(folder, "adapter_config.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json[key] = JsonNode.Parse(value);
        AtomicFile.WriteText(path, json.ToJsonString());
        Refused(folder, "llama", expected);
    });

    [Fact]
    public void Load_OtherBaseModel_NamesModuleShapesAndBase() => InFolder(folder =>
    {
        Refused(folder, "peft-base", "self_attn.q_proj.lora_B.weight\" has shape [64, 3] where this model and adapter_config.json want [32, 3]");
        Refused(folder, "peft-base", "The adapter was made for \"golden/llama\"; use that model.");
    });

    [Fact]
    public void Load_EmbeddingNotDeclared_OfATiedModel_IsRefused() => InFolder(folder =>
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Create(
            model, new LoraOptions { Rank = 3, Targets = ["q_proj", "v_proj"], SaveModules = ["embed_tokens"] }, new RandomStream(1));
        adapter.Save(folder);
        Undeclare(folder);
        Refused(folder, "llama", "holds model.embed_tokens whole without naming them in modules_to_save");
    });

    /// <summary>As PEFT's <c>save_embedding_layers</c> leaves it: the file holds the embedding and the head, the configuration does not say so.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_EmbeddingAndHead_AreTakenWhetherDeclaredOrNot(bool declared)
    {
        using TemporaryFolder folder = new();
        using CausalModel model = CausalModel.Create(TinyTraining.Config with { TiedEmbeddings = false }, TestContexts.F32(), new RandomStream(3));
        ModelFolder.Save(model, folder.At("model"));
        using CausalModel frozen = ModelFolder.Load(folder.At("model"), TestContexts.F32(), LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Create(
            frozen, new LoraOptions { Rank = 2, Targets = ["q_proj"], SaveModules = ["embed_tokens", "lm_head"] }, new RandomStream(1));
        using (IDisposable noGrad = no_grad())
        {
            adapter.Parameters.Values.add_(Scalars.One);
        }

        adapter.Save(folder.At("adapter"));
        if (!declared)
        {
            Undeclare(folder.At("adapter"));
        }

        using LoraAdapter loaded = LoraAdapter.Load(frozen, folder.At("adapter"));
        Assert.Equal(adapter.Parameters.Layout.Hash, loaded.Parameters.Layout.Hash);
        Assert.Equal(adapter.Parameters.Values.bytes.ToArray(), loaded.Parameters.Values.bytes.ToArray());
    }

    [Fact]
    public void Load_TokensUnderTheNameOfTheEmbedding_AreThoseOfTheList()
    {
        using TemporaryFolder folder = new();
        using CausalModel model = CausalModel.Create(TinyTraining.Config with { TiedEmbeddings = false }, TestContexts.F32(), new RandomStream(3));
        using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions { Rank = 2, Targets = ["q_proj"], TrainTokens = [4, 2] }, new RandomStream(1));
        adapter.Save(folder.Path);
        JsonObject config = JsonNode.Parse(File.ReadAllText(folder.At("adapter_config.json")))!.AsObject();
        config["trainable_token_indices"] = new JsonObject { ["embed_tokens"] = new JsonArray(4, 2) };
        folder.Write("adapter_config.json", config.ToJsonString());
        using LoraAdapter loaded = LoraAdapter.Load(model, folder.Path);
        Assert.Equal([4, 2], loaded.Options.TrainTokens);
        Assert.Equal(adapter.Parameters.Values.bytes.ToArray(), loaded.Parameters.Values.bytes.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_WeightsOfTheBaseBesideAnAdaptedHead_MustBeTheModels(bool differs)
    {
        using TemporaryFolder folder = new();
        using CausalModel model = CausalModel.Create(TinyTraining.Config with { TiedEmbeddings = false }, TestContexts.F32(), new RandomStream(3));
        ModelFolder.Save(model, folder.Path);
        using (LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions { Rank = 2, Targets = ["lm_head"] }, new RandomStream(1)))
        {
            adapter.Save(folder.Path);
        }

        byte[] weights = model.Parameters["lm_head.weight"].bytes.ToArray();
        weights[0] ^= differs ? (byte)1 : (byte)0;
        AddTensor(folder.Path, "base_model.model.lm_head.base_layer.weight", model.Parameters["lm_head.weight"].shape, weights);
        if (differs)
        {
            Assert.Contains(
                "holds other weights than the model", Assert.Throws<PalimpsestException>(() => LoraAdapter.Load(model, folder.Path)).Message,
                StringComparison.Ordinal);
        }
        else
        {
            LoraAdapter.Load(model, folder.Path).Dispose();
        }
    }

    [Fact]
    public void Load_MissingAndDamagedFiles_AreNamed() => InFolder(folder =>
    {
        Refused(Path.Combine(folder, "nowhere"), "llama", "there is no such folder");
        string weights = Path.Combine(folder, "adapter_model.safetensors"), config = Path.Combine(folder, "adapter_config.json");
        using (FileStream stream = File.OpenWrite(weights))
        {
            stream.SetLength(stream.Length - 8);
        }

        Refused(folder, "llama", "adapter_model.safetensors");
        File.Delete(weights);
        Refused(folder, "llama", "adapter_model.safetensors");
        AtomicFile.WriteText(config, "{\"r\": 8");
        Refused(folder, "llama", "is not valid JSON");
        AtomicFile.WriteText(config, "[]");
        Refused(folder, "llama", "is not a JSON object");
        File.Delete(config);
        Refused(folder, "llama", "The folder of an adapter holds adapter_config.json and adapter_model.safetensors");
    });

    /// <summary>A tied matrix is stored once; a file that holds it under both names must hold the same twice.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_TiedEmbeddingAndNormsStoredWhole_StayTied(bool differs)
    {
        using TemporaryFolder folder = new();
        using CausalModel model = CausalModel.Create(TinyTraining.Config, TestContexts.F32(), new RandomStream(3), frozen: true);
        LoraOptions options = new() { Rank = 2, Targets = ["q_proj"], SaveModules = ["lm_head", "norm"], EnsureWeightTying = true };
        using LoraAdapter adapter = LoraAdapter.Create(model, options, new RandomStream(1));
        using (IDisposable noGrad = no_grad())
        {
            adapter.Parameters.Values.add_(Scalars.One);
        }

        adapter.Save(folder.Path);
        Same();
        byte[] weights = adapter.Parameters["base_model.model.model.embed_tokens.weight"].bytes.ToArray();
        weights[0] ^= differs ? (byte)1 : (byte)0;
        AddTensor(folder.Path, "base_model.model.lm_head.weight", model.Head.Weight.shape, weights);
        if (differs)
        {
            Assert.Contains("differ, though adapter_config.json ties them",
                Assert.Throws<PalimpsestException>(() => LoraAdapter.Load(model, folder.Path)).Message, StringComparison.Ordinal);
        }
        else
        {
            Same();
        }

        void Same()
        {
            using LoraAdapter loaded = LoraAdapter.Load(model, folder.Path);
            Assert.Equal(adapter.Settings, loaded.Settings);
            Assert.Equal(adapter.Parameters.Values.bytes.ToArray(), loaded.Parameters.Values.bytes.ToArray());
            using LoraAdapters adapters = new(model);
            adapters.Activate(loaded);
            Assert.Same(model.Embedding.Weight, model.Head.Weight);
            Assert.All(model.Norms, item => Assert.All(TensorBytes.ToArray(item.Norm.Weight), value => Assert.Equal(2f, value)));
        }
    }

    private static void AddTensor(string folder, string name, IReadOnlyList<long> shape, byte[] values)
    {
        string file = Path.Combine(folder, "adapter_model.safetensors");
        using SafetensorsFile own = SafetensorsFile.Open(file);
        TensorSource[] tensors = [.. own.Entries.Values.Select(entry =>
        {
            byte[] bytes = new byte[entry.ByteLength];
            own.Read(entry, bytes);
            return new TensorSource(entry.Name, entry.Type, entry.Shape, stream => stream.Write(bytes));
        })];
        SafetensorsWriter.Write(file, [.. tensors, new TensorSource(name, TensorType.F32, shape, stream => stream.Write(values))]);
    }

    private static void Undeclare(string folder)
    {
        string path = Path.Combine(folder, "adapter_config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["modules_to_save"] = null;
        AtomicFile.WriteText(path, config.ToJsonString());
    }

    private static void Refused(string folder, string model, string expected)
    {
        using CausalModel loaded = ModelFolder.Load(TestContexts.Golden(model), TestContexts.F32(), LoadMode.Mapped);
        Assert.Contains(expected, Assert.Throws<PalimpsestException>(() => LoraAdapter.Load(loaded, folder)).Message, StringComparison.Ordinal);
    }

    private static void InFolder(Action<string> test)
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);
            using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions { Rank = 3, Targets = ["q_proj", "v_proj"] }, new RandomStream(1));
            adapter.Save(folder, "golden/llama");
            test(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
