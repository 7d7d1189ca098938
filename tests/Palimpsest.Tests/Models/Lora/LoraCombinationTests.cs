using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models.Lora;

/// <summary>Several adapters at once and several made into one, against PEFT's <c>add_weighted_adapter</c>; the whole reference set where PALIMPSEST_DATA names it.</summary>
public sealed class LoraCombinationTests
{
    public static TheoryData<string> Folders()
    {
        TheoryData<string> folders = new() { TestContexts.Golden("peft-multi") };
        string whole = Path.Combine(Environment.GetEnvironmentVariable("PALIMPSEST_DATA") ?? "", "golden", "peft", "multi");
        if (Directory.Exists(whole))
        {
            folders.Add(whole);
        }

        return folders;
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Activate_SeveralAndMerged_EqualReference(string folder)
    {
        using Loaded loaded = new(folder);
        loaded.Adapters.Activate(loaded["a"], loaded["b"], loaded["c"]);
        loaded.HasLogits("abc-active.logits");
        loaded.Adapters.Activate(loaded["a"], loaded["b"]);
        loaded.Adapters.Merge();
        loaded.HasLogits("ab-merged.logits");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Combine_EveryKind_EqualsReference(string folder)
    {
        using Loaded loaded = new(folder);
        int compared = 0;
        foreach (JsonProperty item in JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement.GetProperty("combinations").EnumerateObject())
        {
            if (Options(item.Value) is not LoraCombinationOptions options || item.Value.TryGetProperty("svd_clamp", out _))
            {
                continue;
            }

            double[] weights = [.. item.Value.GetProperty("weights").EnumerateArray().Select(weight => weight.GetDouble())];
            using LoraAdapter made = LoraCombination.Combine([.. item.Value.GetProperty("adapters").EnumerateArray().Select(name => loaded[name.GetString()!])], weights, options);
            Assert.Equal(item.Value.GetProperty("new_r").GetInt32(), made.Modules[0].Rank);
            using DisposeScope scope = NewDisposeScope();
            foreach (LoraModule module in made.Modules.Where(module => loaded.Expected.Entries.ContainsKey($"{item.Name}.delta.{module.Name}")))
            {
                compared++;
                Tensor delta = made.Linears[module.Name].Delta().detach();
                Assert.True(TestContexts.LargestDifference(delta, loaded.Read($"{item.Name}.delta.{module.Name}")) <= 5e-6, $"{item.Name} {module.Name}");
            }

            loaded.Adapters.Activate(made);
            loaded.HasLogits($"{item.Name}.logits");
            loaded.Adapters.Activate();
        }

        Assert.True(compared >= 20, $"{compared}");
    }

    [Fact]
    public void Combine_WhatCannotBe_IsRefused()
    {
        using Loaded loaded = new(TestContexts.Golden("peft-multi"));
        Assert.Contains("ranks 8, 4", Refused([loaded["a"], loaded["c"]], new() { Kind = LoraCombinationKind.Ties }), StringComparison.Ordinal);
        Assert.Contains("density", Refused([loaded["a"], loaded["b"]], new() { Density = 0 }), StringComparison.Ordinal);
        using LoraAdapter whole = LoraAdapter.Create(loaded["a"].Model, new LoraOptions { SaveModules = ["lm_head"] }, new RandomStream(1));
        Assert.Contains("modules_to_save", Refused([loaded["a"], whole], new()), StringComparison.Ordinal);
    }

    private static string Refused(IReadOnlyList<LoraAdapter> adapters, LoraCombinationOptions options) => Assert.Throws<PalimpsestException>(() => LoraCombination.Combine(adapters, [1, 1], options)).Message;

    private static LoraCombinationOptions? Options(JsonElement item)
    {
        LoraCombinationKind? kind = item.GetProperty("combination_type").GetString() switch
        {
            "linear" => LoraCombinationKind.Linear,
            "cat" => LoraCombinationKind.Cat,
            "svd" => LoraCombinationKind.Svd,
            "ties" => LoraCombinationKind.Ties,
            "magnitude_prune" => LoraCombinationKind.MagnitudePrune,
            _ => null,
        };
        return kind is null ? null : new LoraCombinationOptions
        {
            Kind = kind.Value,
            Rank = item.TryGetProperty("svd_rank", out JsonElement rank) ? rank.GetInt32() : null,
            Density = item.TryGetProperty("density", out JsonElement density) ? density.GetDouble() : 0.2,
            SignByCount = item.TryGetProperty("majority_sign_method", out JsonElement method) && method.GetString() == "frequency",
        };
    }

    private sealed class Loaded : IDisposable
    {
        private readonly CausalModel _model = ModelFolder.Load(TestContexts.Golden("peft-base"), TestContexts.F32(), LoadMode.Mapped);
        private readonly Dictionary<string, LoraAdapter> _adapters;

        public Loaded(string folder)
        {
            Expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
            Adapters = new LoraAdapters(_model);
            _adapters = new[] { "a", "b", "c" }.ToDictionary(name => name, name => LoraAdapter.Load(_model, Path.Combine(folder, name)));
        }

        public SafetensorsFile Expected { get; }

        public LoraAdapters Adapters { get; }

        public LoraAdapter this[string name] => _adapters[name];

        public Tensor Read(string name) => TensorBytes.Read(Expected, Expected[name]);

        public void HasLogits(string name)
        {
            if (Expected.Entries.ContainsKey(name))
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable noGrad = no_grad();
                Assert.InRange(TestContexts.LargestDifference(_model.Logits(_model.Hidden(Read("input_ids"))), Read(name)), 0, 5e-5);
            }
        }

        public void Dispose()
        {
            Adapters.Dispose();
            foreach (LoraAdapter adapter in _adapters.Values)
            {
                adapter.Dispose();
            }

            Expected.Dispose();
            _model.Dispose();
        }
    }
}
