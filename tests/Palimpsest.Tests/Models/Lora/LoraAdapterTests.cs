using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models.Lora;

/// <summary>Adapters on the tiny Llama: on and off, several, merged, saved, and their gradients against those of a dense model.</summary>
public sealed class LoraAdapterTests
{
    private static readonly LoraOptions Random = new() { Rank = 3, Alpha = 5, Init = LoraInit.Random };

    [Fact]
    public void Create_Fresh_LeavesTheModelAsItIs()
    {
        using CausalModel model = Base();
        float[] before = Logits(model);
        using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions { Dora = true, Bias = LoraBiases.All, LoraBias = true, SaveModules = ["lm_head"], Rslora = true }, new RandomStream(1));
        using LoraAdapters adapters = new(model);
        adapters.Activate(adapter);
        Assert.InRange(Distance(before, Logits(model)), 0, 1e-5);
        float[] a = [.. adapter.Parameters["base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"].detach().contiguous().view(-1).data<float>()];
        double bound = 1 / Math.Sqrt(32);
        Assert.All(a, value => Assert.InRange(Math.Abs(value), 0, bound));
        Assert.InRange(Math.Sqrt(a.Average(value => (double)value * value)), 0.8 * bound / Math.Sqrt(3), 1.2 * bound / Math.Sqrt(3));
    }

    [Fact]
    public void Create_WhatMeansNoModule_IsRefusedByName()
    {
        using CausalModel model = Base();
        (LoraOptions Options, string Message)[] cases =
        [
            (new() { Targets = ["q_proj", "v_porj"] }, "target_modules: \"v_porj\" means no module of this model; did you mean v_proj?"),
            (new() { Exclude = ["down"] }, "exclude_modules: \"down\" means no module"),
            (new() { ExcludePattern = ".*none" }, "exclude_modules: \".*none\" means no module"),
            (new() { Targets = ["q_proj"], RankPattern = new Dictionary<string, int> { ["v_proj"] = 2 } }, "rank_pattern: \"v_proj\" means no module"),
            (new() { Targets = ["q_proj"], AlphaPattern = new Dictionary<string, double> { ["^q_proj"] = 2 } }, "alpha_pattern: \"^q_proj\" means no module"),
            (new() { Targets = ["q_proj"], Layers = [0, 99] }, "layers_to_transform: \"99\" means no module"),
            (new() { EnsureWeightTying = true }, "ensure_weight_tying: neither embedding nor output matrix is among modules_to_save"),
            (new() { Targets = ["q_proj", "embed_tokens"], SaveModules = ["lm_head"], EnsureWeightTying = true }, "only modules_to_save can stay tied"),
        ];
        cases =
        [
            .. cases, (new() { Layers = [0] }, "layers can be chosen only with names of modules"),
                (new() { LayersPattern = ["h"] }, "layers_pattern says nothing without layers"),
            (new() { Targets = ["q_proj"], TargetPattern = ".*v_proj" }, "targets and a pattern for them cannot both be given"),
            (new() { Exclude = ["q_proj"], ExcludePattern = ".*v_proj" }, "names of excluded modules and a pattern for them cannot both be given"),
        ];
        foreach ((LoraOptions options, string message) in cases)
        {
            Assert.Contains(message,
                Assert.Throws<PalimpsestException>(() => LoraAdapter.Create(model, options, new RandomStream(1))).Message, StringComparison.Ordinal);
        }

        using LoraAdapter right = LoraAdapter.Create(
            model, new LoraOptions { Targets = ["q_proj"], RankPattern = new Dictionary<string, int> { ["layers.1.self_attn.q_proj"] = 2 }, Layers = [1] },
                new RandomStream(1));
        Assert.Equal(2, Assert.Single(right.Modules).Rank);
    }

    [Fact]
    public void Activate_SwitchDisableMergeAndUnmerge_RestoreTheBaseBits()
    {
        using CausalModel model = Base();
        using LoraAdapter first = LoraAdapter.Create(model, Random, new RandomStream(1)), second = LoraAdapter.Create(model, Random with { Targets = ["q_proj", "embed_tokens", "lm_head"], Bias = LoraBiases.LoraOnly }, new RandomStream(2));
        float[] plain = Logits(model);
        using (LoraAdapters adapters = new(model))
        {
            adapters.Activate(first);
            float[] one = Logits(model);
            Assert.True(Distance(plain, one) > 0.01);
            adapters.Activate(first, second);
            float[] both = Logits(model);
            using (adapters.Disabled())
            {
                Assert.Equal(plain, Logits(model));
            }

            Assert.Equal(both, Logits(model));
            adapters.Merge();
            float[] merged = Logits(model);
            Assert.NotEqual(both, merged);
            Assert.InRange(Distance(both, merged), 0, 5e-5);
            using (adapters.Disabled())
            {
                Assert.Equal(plain, Logits(model));
            }

            Assert.Equal(merged, Logits(model));
            adapters.Unmerge();
            Assert.Equal(both, Logits(model));
            adapters.Activate(first);
            Assert.Equal(one, Logits(model));
        }

        Assert.Equal(plain, Logits(model));
    }

    [Fact]
    public void Backward_ManyModules_EqualsTheGradientOfTheDenseModel()
    {
        // dL/dA = s B^T dL/dW and dL/dB = s dL/dW A^T, where W = W0 + s B A is the weight of an ordinary model.
        using CausalModel model = Base();
        using LoraAdapter adapter = LoraAdapter.Create(model, Random, new RandomStream(1));
        using LoraAdapters adapters = new(model);
        adapters.Activate(adapter);
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            adapters.SaveMerged(folder);
            using CausalModel dense = ModelFolder.Load(folder, TestContexts.F32());
            Assert.InRange(Distance(Logits(model), Logits(dense)), 0, 5e-5);
            Backward(model);
            Backward(dense);
            using DisposeScope scope = NewDisposeScope();
            foreach (LoraModule module in adapter.Modules)
            {
                Tensor a = adapter.Parameters[LoraPlan.A(module)], b = adapter.Parameters[LoraPlan.B(module)], gradient = dense.Parameters[module.Name + ".weight"].grad!;
                using IDisposable noGrad = no_grad();
                double largest = Ops.Value(gradient.abs().max());
                Assert.InRange(TestContexts.LargestDifference(Ops.Scale(b.t().mm(gradient), module.Scale), a.grad!), 0, 2e-4 * largest);
                Assert.InRange(TestContexts.LargestDifference(Ops.Scale(gradient.mm(a.t()), module.Scale), b.grad!), 0, 2e-4 * largest);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Forward_Bf16_FollowsF32()
    {
        using CausalModel single = Base(), half = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.Bf16(), LoadMode.Mapped);
        using LoraAdapter a = LoraAdapter.Create(single, Random, new RandomStream(1)), b = LoraAdapter.Create(half, Random, new RandomStream(1));
        using LoraAdapters first = new(single), second = new(half);
        first.Activate(a);
        second.Activate(b);
        float[] exact = Logits(single), rounded = Logits(half);
        Assert.InRange(Distance(exact, rounded), 1e-5, 0.05 * exact.Max(Math.Abs));
        second.Merge();
        Assert.InRange(Distance(exact, Logits(half)), 1e-5, 0.05 * exact.Max(Math.Abs));
        second.Unmerge();
        Backward(single);
        Backward(half);
        using Tensor products = a.Parameters.Gradients.mul(b.Parameters.Gradients), lengths = a.Parameters.Gradients.norm().mul(b.Parameters.Gradients.norm());
        Assert.InRange(Ops.Value(products.sum()) / Ops.Value(lengths), 0.995, 1);
    }

    [Fact]
    public void SetDropout_SameStream_SameMasksAndOnlyWhileItIsOn()
    {
        using CausalModel model = Base();
        using LoraAdapter adapter = LoraAdapter.Create(model, Random with { Dropout = 0.5 }, new RandomStream(1));
        using LoraAdapters adapters = new(model);
        adapters.Activate(adapter);
        float[] plain = Logits(model);
        adapter.SetDropout(new RandomStream(5));
        float[] dropped = Logits(model);
        Assert.NotEqual(plain, dropped);
        adapter.SetDropout(new RandomStream(5));
        Assert.Equal(dropped, Logits(model));
        adapter.SetDropout(null);
        Assert.Equal(plain, Logits(model));
    }

    [Fact]
    public void Save_AllLinear_NamesTheLastPartsAndKeepsEveryOption()
    {
        using CausalModel model = Base();
        LoraOptions options = new()
        {
            Rank = 2,
            Alpha = 3.5,
            Exclude = ["down_proj"],
            RankPattern = new OrderedDictionary<string, int> { ["q_proj"] = 5 },
            AlphaPattern = new OrderedDictionary<string, double> { [@"layers\.1\.mlp\.up_proj"] = 9 },
            Rslora = true,
            LoraBias = true,
            Dropout = 0.25,
            SaveModules = ["lm_head"],
        };
        using LoraAdapter adapter = LoraAdapter.Create(model, options, new RandomStream(1));
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            adapter.Save(folder, "somewhere/llama", ComputeType.Bf16);
            using LoraAdapter again = LoraAdapter.Load(model, folder);
            Assert.Equal(adapter.Modules, again.Modules);
            Assert.Equal(["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj"], again.Options.Targets);
            Assert.Equal(adapter.Settings, again.Settings);
            Assert.InRange(TestContexts.LargestDifference(adapter.Parameters.Values, again.Parameters.Values), 0, 1e-2);
            Assert.Empty(Directory.EnumerateFiles(folder, "*.tmp"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void SaveMerged_TiedHeadAdapted_IsRefused()
    {
        using CausalModel model = Base();
        using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions { Targets = ["lm_head"] }, new RandomStream(1));
        using LoraAdapters adapters = new(model);
        adapters.Activate(adapter);
        Assert.Contains("ties them", Assert.Throws<PalimpsestException>(() => adapters.SaveMerged("unused")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SaveMerged_NormsWithBiases_AreTheTrainedOnes()
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("gpt2"), TestContexts.F32(), LoadMode.Mapped);
        LoraOptions options = new() { Rank = 2, SaveModules = ["ln_1", "ln_f", "wte"], EnsureWeightTying = true };
        using LoraAdapter adapter = LoraAdapter.Create(model, options, new RandomStream(1));
        using LoraAdapters adapters = new(model);
        float[] plain = Logits(model);
        adapters.Activate(adapter);
        Assert.InRange(Distance(plain, Logits(model)), 0, 1e-5);
        using (IDisposable noGrad = no_grad())
        {
            adapter.Parameters.Values.mul_(Scalars.Of(1.25));
        }

        float[] trained = Logits(model);
        Assert.True(Distance(plain, trained) > 0.01);
        using TemporaryFolder folder = new();
        adapters.SaveMerged(folder.Path);
        using CausalModel saved = ModelFolder.Load(folder.Path, TestContexts.F32(), LoadMode.Mapped);
        Assert.InRange(Distance(trained, Logits(saved)), 0, 1e-4);
        adapters.Merge();
        Assert.InRange(Distance(trained, Logits(model)), 0, 1e-4);
        adapters.Activate();
        Assert.Equal(plain, Logits(model));
    }

    [Fact]
    public void Activate_TwoThatReplaceTheSameWeight_IsRefused()
    {
        using CausalModel model = Base();
        LoraOptions options = new() { Targets = ["q_proj"], SaveModules = ["lm_head"] };
        using LoraAdapter first = LoraAdapter.Create(model, options, new RandomStream(1)), second = LoraAdapter.Create(model, options, new RandomStream(2));
        using LoraAdapters adapters = new(model);
        Assert.Contains("replace lm_head", Assert.Throws<PalimpsestException>(() => adapters.Activate(first, second)).Message, StringComparison.Ordinal);
    }

    private static CausalModel Base() => ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);

    private static Tensor Ids() => tensor(Enumerable.Range(0, 24).Select(i => (long)((i * 37) % 101)).ToArray(), [2, 12]);

    private static float[] Logits(CausalModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        return [.. model.Logits(model.Hidden(Ids())).contiguous().view(-1).data<float>()];
    }

    private static void Backward(CausalModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        Autograd.Backward(model.LossSum(model.Hidden(Ids()), [.. Enumerable.Range(0, 20).Select(i => (long)i)], [.. Enumerable.Range(0, 20).Select(i => (long)i)]));
    }

    private static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();
}
