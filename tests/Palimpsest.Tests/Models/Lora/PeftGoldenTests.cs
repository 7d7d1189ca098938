using System.Text.Json;
using Palimpsest.Common;
using Palimpsest.Evaluation.Parity;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;

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

    [Fact]
    public void Select_SixteenSpecifications_HitTheSameModulesAsPeft()
    {
        JsonElement reference = JsonDocument.Parse(File.ReadAllText(TestContexts.Golden("peft-selectors", "selectors.json"))).RootElement;
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("peft-base"), TestContexts.F32(), LoadMode.Mapped);
        string[] linears = [.. model.Linears.Select(item => item.Name)];
        foreach (JsonProperty selector in reference.GetProperty("selectors").EnumerateObject())
        {
            string config = Path.GetTempFileName();
            AtomicFile.WriteText(config, selector.Value.EnumerateObject().Any()
                ? $"{{\"peft_type\": \"LORA\", {selector.Value.GetRawText().Trim()[1..]}"
                : """{"peft_type": "LORA", "target_modules": ["q_proj", "v_proj"]}""");
            LoraOptions options = LoraConfigFile.Read(config).Options;
            File.Delete(config);
            JsonElement wanted = reference.GetProperty("hits").GetProperty("llama").GetProperty(selector.Name);
            if (wanted.ValueKind == JsonValueKind.Object)
            {
                Assert.Contains("No module is meant", Assert.Throws<PalimpsestException>(() => new LoraSelector(options).Select(linears, ["model.embed_tokens"], "lm_head")).Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(wanted.EnumerateArray().Select(name => name.GetString()).Order(), new LoraSelector(options).Select(linears, ["model.embed_tokens"], "lm_head").Order());
            }
        }
    }
}
