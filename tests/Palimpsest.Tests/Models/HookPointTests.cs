using System.Text.Json.Nodes;
using Palimpsest.Evaluation.Parity;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>Hook points are those of TransformerLens in name and content: against its activations where PALIMPSEST_DATA names them, and by what the points
/// mean.</summary>
public sealed class HookPointTests
{
    private static readonly long[] s_ids = [5, 6, 7, 8, 9, 10, 11, 12];

    public static TheoryData<string> Cases =>
        Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root && Directory.Exists(Path.Combine(root, "golden", "sae", "hooks"))
            ? [.. Directory.GetDirectories(Path.Combine(root, "golden", "sae", "hooks")).Order()] : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Add_EveryReferencePoint_SeesTheActivationAndChangesTheOutput(string folder)
    {
        using References references = new(folder);
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")))!;
        string models = Path.Combine(folder, "..", "..", "..", "transformers");
        using CausalModel model = ModelFolder.Load(Path.Combine(models, json["model"]!.ToString()), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor ids = references.Load("input_ids");
        Dictionary<string, Tensor> seen =
            Seen(scope, model, [.. references.Names.Where(IsActivation).Select(name => name["act.".Length..])], () => model.Hidden(ids));
        foreach (string name in references.Names.Where(IsActivation))
        {
            Assert.InRange(References.Difference(seen[name["act.".Length..]], references.Load(name)), 0, 2e-5);
        }

        Assert.True(seen.Count >= 19, "the set has at least six points in each of three blocks, and the embedding");
        string point = json["hook_of_interventions"]!.ToString();
        HookInterventions interventions = new(folder, references, json);
        Assert.InRange(References.Difference(interventions.Codes(seen[point]), references.Load("sae_topk_acts")), 0, 2e-5);
        string[] changed = [.. references.Names.Where(name => name.StartsWith("logits.", StringComparison.Ordinal))];
        Assert.True(changed.Length >= 12);
        foreach (string name in changed)
        {
            using IDisposable hook = model.Hooks.Add(point, interventions[name["logits.".Length..]]);
            Assert.InRange(References.Difference(model.Logits(model.Hidden(ids)), references.Load(name)), 0, 2e-5);
        }

        // What a reconstruction costs, token by token, against the model as it is.
        Tensor clean = LogProbabilities("clean"), spliced = LogProbabilities("splice_topk"), next = ids.narrow(1, 1, ids.size(1) - 1).unsqueeze(-1);
        (double Loss, double Divergence) Cost(string name)
        {
            Tensor scores = LogProbabilities(name);
            return (-Ops.Number(scores.narrow(1, 0, next.size(1)).gather(2, next).mean()),
                Ops.Number(clean.exp().mul(Ops.Subtract(clean, scores)).sum(dim: -1).mean()));
        }

        (double whole, (double none, double lost)) = (Cost("clean").Loss, Cost("zero"));
        foreach ((string name, JsonNode? score) in json["scores"]!.AsObject())
        {
            (double loss, double divergence) = Cost(name);
            Assert.Equal((double)score!["ce_mean"]!, loss, 2e-5);
            Assert.Equal((double)score["kl_clean_to_this_mean"]!, divergence, 2e-5);
            Assert.Equal((double)score["ce_loss_score"]!, (none - loss) / (none - whole), 1e-3);
            Assert.Equal((double)score["kl_div_score"]!, (lost - divergence) / lost, 1e-3);
        }

        foreach ((string name, Tensor scores) in new[] { ("clean", clean), ("splice_topk", spliced) })
        {
            Tensor loss = scores.narrow(1, 0, next.size(1)).gather(2, next).squeeze(-1).neg();
            Assert.InRange(References.Difference(loss, references.Load("ce_per_token." + name)), 0, 2e-5);
        }

        Assert.InRange(
            References.Difference(clean.exp().mul(Ops.Subtract(clean, spliced)).sum(dim: -1), references.Load("kl_per_token.splice_topk")), 0, 2e-5);

        Tensor LogProbabilities(string name)
        {
            using IDisposable hook = model.Hooks.Add(point, interventions[name]);
            return model.Logits(model.Hidden(ids)).log_softmax(-1);
        }

        static bool IsActivation(string name) => name.StartsWith("act.", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama", true, true)]
    [InlineData("llama", true, false)]
    [InlineData("gpt2", false, true)]
    [InlineData("bert", false, true)]
    public void Points_AreWhatTheirNamesSay(string golden, bool rotates, bool fused)
    {
        // In double precision attention is composed of libtorch's operations.
        TorchContext context = fused ? TestContexts.F32() : TestContexts.F64();
        using TransformerModel model = ModelFolder.Load<TransformerModel>(TestContexts.Golden(golden), context, LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        const int Time = 40;
        Tensor ids = arange(0, 2 * Time, 1, ScalarType.Int64).remainder(Scalars.Of(90L)).add(Scalars.Of(5L)).view(2, Time);
        Tensor Hidden() => model is CausalModel causal ? causal.Hidden(ids) : ((EncoderModel)model).Hidden(ids);
        Tensor plain = Hidden();
        Dictionary<string, Tensor> seen = Seen(scope, model, [.. model.Hooks.Names], Hidden);
        Assert.Equal(model.Hooks.Names.Order(StringComparer.Ordinal), seen.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(rotates, seen.ContainsKey("blocks.1.attn.hook_rot_q"));
        Assert.Equal(!rotates, seen.ContainsKey("hook_pos_embed"));
        Assert.Equal(rotates, seen.ContainsKey("blocks.1.mlp.hook_pre_linear"));
        Assert.Equal(0, TestContexts.LargestDifference(seen["hook_embed"], model.Embedding.Weight.index_select(0, ids.view(-1)).view(2, Time, -1)));
        long heads = model.Config.Heads, width = model.Config.HeadWidth;
        Assert.Equal([2, Time, heads, width], seen["blocks.1.attn.hook_q"].shape);
        Assert.Equal([2, Time, heads, width], seen["blocks.1.attn.hook_z"].shape);
        if (rotates)
        {
            // Position 0 is not turned, and turning keeps lengths.
            Tensor q = seen["blocks.1.attn.hook_q"], turned = seen["blocks.1.attn.hook_rot_q"], k = seen["blocks.1.attn.hook_k"];
            Assert.Equal(0, TestContexts.LargestDifference(q.select(1, 0), turned.select(1, 0)));
            Assert.InRange(TestContexts.LargestDifference(q.pow(Scalars.Of(2.0)).sum(-1), turned.pow(Scalars.Of(2.0)).sum(-1)), 0, 1e-4);
            Assert.True(TestContexts.LargestDifference(q, turned) > 1e-3);
            Assert.Equal(seen["blocks.1.attn.hook_rot_k"].shape, k.shape);
            Tensor gate = seen["blocks.1.mlp.hook_pre"], product = gate.mul(gate.sigmoid()).mul(seen["blocks.1.mlp.hook_pre_linear"]);
            Assert.InRange(TestContexts.LargestDifference(product, seen["blocks.1.mlp.hook_post"]), 0, 1e-5);
        }

        // Hooks that change nothing change nothing, and one that changes something is seen.
        Assert.InRange(TestContexts.LargestDifference(plain, Hidden()), 0, 0);
        foreach (string point in model.Hooks.Names)
        {
            using IDisposable hook = model.Hooks.Add(point, x => x.mul(x));
            Assert.True(TestContexts.LargestDifference(plain, Hidden()) > 1e-5, point);
        }
    }

    [Theory]
    [InlineData("llama", "blocks.1.hook_resid_pots", "Did you mean blocks.1.hook_resid_post?")]
    [InlineData("llama", "hook_pos_embed", "There are hook_embed, hook_final_norm and")]
    [InlineData("gpt2", "blocks.1.attn.hook_rot_q", "blocks.0.attn.hook_z")]
    [InlineData("gpt2", "blocks.7.hook_resid_post", "a model with 3 blocks")]
    [InlineData("bert", "hook_final_norm", "is no hook point")]
    public void Add_UnknownPoint_NamesTheNearestAndAll(string golden, string point, string message)
    {
        using TransformerModel model = ModelFolder.Load<TransformerModel>(TestContexts.Golden(golden), TestContexts.F32(), LoadMode.Mapped);
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => model.Hooks.Add(point, x => x)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_FlowThroughEveryPoint()
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        foreach (string point in model.Hooks.Names)
        {
            Tensor one = ones(1).requires_grad_(true);
            using IDisposable hook = model.Hooks.Add(point, x => x.mul(one));
            model.Hidden(tensor(s_ids, [1, 8])).pow(Scalars.Of(3.0)).sum().backward();
            Assert.True(one.grad is Tensor grad && Ops.Value(grad.abs().sum()) > 1e-6, point);
        }
    }

    private static Dictionary<string, Tensor> Seen(DisposeScope scope, TransformerModel model, string[] points, Func<Tensor> pass)
    {
        Dictionary<string, Tensor> seen = [];
        List<IDisposable> hooks = [.. points.Select(point => model.Hooks.Add(point, x =>
        {
            Tensor copy = x.clone();
            scope.Attach(copy);
            seen.Add(point, copy);
            return x;
        }))];
        pass();
        hooks.ForEach(hook => hook.Dispose());
        return seen;
    }
}
