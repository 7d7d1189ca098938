using System.Text.Json;
using Palimpsest.Common;
using Palimpsest.Evaluation.Parity;
using Palimpsest.Models.Families;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Tests.Models.Lora;

/// <summary>Adapters written by PEFT on tiny random models: two that come with the tests, and the whole reference set where PALIMPSEST_DATA names it.</summary>
public sealed class PeftGoldenTests
{
    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = new() { { TestContexts.Golden("peft-lora-bias"), TestContexts.Golden("llama") }, { TestContexts.Golden("peft-patterns"), TestContexts.Golden("peft-base") } };
        foreach (string folder in ReferenceSet.Adapters())
        {
            cases.Add(folder, AdapterParity.BaseOf(folder));
        }

        return cases;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(OfOtherFamilies))]
    public void Load_BaseModelOfAnUnknownFamily_IsRefusedByName(string folder, string architecture)
    {
        using References references = new(folder);
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => AdapterParity.Check(folder, references, TestContexts.F32()));
        Assert.Matches($"architecture \"{architecture}\" is not known|task_type", error.Message);
    }

    public static TheoryData<string, string> OfOtherFamilies() => ReferenceSet.Unsupported("peft");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Adapter_LogitsMergingFileAndTraining_EqualReference(string folder, string baseFolder)
    {
        using PeftCase golden = new(folder, baseFolder);
        golden.Check();
    }

    /// <summary>The models of a file of specifications: the copy that comes with the tests has one, the reference set one of each family.</summary>
    public static TheoryData<string, string, string> Selectors()
    {
        TheoryData<string, string, string> cases = new();
        cases.Add(TestContexts.Golden("peft-selectors", "selectors.json"), "llama", TestContexts.Golden("peft-base"));
        string whole = ReferenceSet.At("peft", "selectors.json");
        foreach (string model in File.Exists(whole) ? ReferenceSet.Models() : [])
        {
            if (JsonDocument.Parse(File.ReadAllText(whole)).RootElement.GetProperty("hits").TryGetProperty(Path.GetFileName(model), out _))
            {
                cases.Add(whole, Path.GetFileName(model), model);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Selectors))]
    public void Select_EverySpecification_HitsTheSameModulesAsPeft(string file, string name, string folder)
    {
        JsonElement reference = JsonDocument.Parse(File.ReadAllText(file)).RootElement, hits = reference.GetProperty("hits").GetProperty(name);
        using TransformerModel model = ModelFolder.Load<TransformerModel>(folder, TestContexts.F32(), LoadMode.Mapped);
        foreach (JsonProperty selector in reference.GetProperty("selectors").EnumerateObject())
        {
            // A configuration without targets leaves them to the library's table of families; here they are always named.
            JsonElement wanted = hits.GetProperty(selector.Name);
            string[] ends = [.. wanted.ValueKind == JsonValueKind.Array
                ? wanted.EnumerateArray().Select(hit => hit.GetString()!.Split('.')[^1]).Distinct() : []];
            string task = model.Config.Labels.Count > 0 ? "\"task_type\": \"SEQ_CLS\", " : "";
            string config = Path.GetTempFileName();
            AtomicFile.WriteText(config, selector.Value.EnumerateObject().Any()
                ? $"{{\"peft_type\": \"LORA\", {task}{selector.Value.GetRawText().Trim()[1..]}"
                : $"{{\"peft_type\": \"LORA\", {task}\"target_modules\": {JsonSerializer.Serialize(ends)}}}");
            LoraOptions options = LoraConfigFile.Read(config).Options;
            File.Delete(config);
            if (wanted.ValueKind == JsonValueKind.Object)
            {
                Assert.Contains("No module is meant", Assert.Throws<PalimpsestException>(() => new LoraPlan(model, options)).Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(
                    wanted.EnumerateArray().Select(hit => hit.GetString()).Order(), new LoraPlan(model, options).Modules.Select(module => module.Name).Order());
            }
        }
    }

    public static TheoryData<int> Inits() =>
        File.Exists(ReferenceSet.At("peft", "init.json")) ? [.. Enumerable.Range(0, Samples().GetArrayLength())] : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Inits))]
    public void Create_Fresh_IsDrawnAsByPeft(int number)
    {
        JsonElement sample = Samples()[number];
        int inputs = sample.GetProperty("in").GetInt32(), outputs = sample.GetProperty("out").GetInt32(), rank = sample.GetProperty("r").GetInt32();
        LlamaConfig config = new()
        {
            VocabularySize = inputs,
            HiddenSize = outputs,
            IntermediateSize = inputs,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 2,
            HeadWidth = outputs / 2,
            ContextLength = 8,
        };
        using CausalModel model = CausalModel.Create(config, TestContexts.F32(), new RandomStream(1));
        LoraOptions options = new()
        {
            Rank = rank,
            Targets = ["down_proj", "embed_tokens"],
            Init = sample.GetProperty("init_lora_weights") switch
            {
                { ValueKind: JsonValueKind.True } => LoraInit.Kaiming,
                { ValueKind: JsonValueKind.False } => LoraInit.Random,
                JsonElement named => Enum.Parse<LoraInit>(named.GetString()!, ignoreCase: true),
            },
        };
        using LoraAdapter adapter = LoraAdapter.Create(model, options, new RandomStream(7));
        const string Start = "base_model.model.model.", Down = "layers.0.mlp.down_proj.lora_", Table = "embed_tokens.lora_embedding_";
        foreach ((string name, string wanted) in
            new[] { (Down + "A.weight", "linear_A"), (Down + "B.weight", "linear_B"), (Table + "A", "embedding_A"), (Table + "B", "embedding_B") })
        {
            JsonElement expected = sample.GetProperty(wanted);
            float[] values = TensorBytes.ToArray(adapter.Parameters[Start + name]);
            double deviation = expected.GetProperty("std").GetDouble(),
                largest = Math.Max(expected.GetProperty("max").GetDouble(), -expected.GetProperty("min").GetDouble());
            double error = 6 / Math.Sqrt(values.Length);
            Assert.Equal(expected.GetProperty("shape").EnumerateArray().Aggregate(1, (product, item) => product * item.GetInt32()), values.Length);
            Assert.Equal(expected.GetProperty("zeros").GetInt32() == values.Length, values.All(value => value == 0));
            Assert.InRange(Math.Sqrt(values.Average(value => (double)value * value)), deviation * (1 - error), deviation * (1 + error));
            Assert.InRange(Math.Abs(values.Average()), 0, deviation * error);

            // The tails of a normal vary, the ends of a uniform do not.
            Assert.InRange(values.Max(Math.Abs), largest * 0.7, largest * 1.5);
        }
    }

    private static JsonElement Samples() => JsonDocument.Parse(File.ReadAllText(ReferenceSet.At("peft", "init.json"))).RootElement.GetProperty("samples");
}
