using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>
/// Encoders of all families: what is saved comes back, other names and heads, segments, hooks, and passes that stop early. Their numbers are held against
/// transformers in <see cref="ParityTests"/>.
/// </summary>
public sealed class EncoderModelTests
{
    private static readonly long[] s_ids = [5, 6, 7, 8, 9, 10], s_mask = [1, 1, 1, 1, 1, 0];

    [Theory]
    [InlineData("bert", "BertForMaskedLM")]
    [InlineData("distilbert", "DistilBertForSequenceClassification")]
    [InlineData("roberta", "RobertaForMaskedLM")]
    public void Save_Encoder_ComesBackBitForBitWithTheSameConfiguration(string golden, string architecture)
    {
        using TemporaryFolder first = new(), second = new();
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden(golden), TestContexts.F32());
        ModelFolder.Save(model, first.Path);
        foreach (LoadMode mode in Enum.GetValues<LoadMode>())
        {
            if (mode is LoadMode.Packed or LoadMode.PackedCopied)
            {
                PalimpsestException refused = Assert.Throws<PalimpsestException>(() => ModelFolder.Load<EncoderModel>(first.Path, TestContexts.F32(), mode));
                Assert.Contains("cannot stay packed", refused.Message, StringComparison.Ordinal);
                continue;
            }

            using EncoderModel again = ModelFolder.Load<EncoderModel>(first.Path, TestContexts.F32(), mode);
            Assert.Equal(Scores(model), Scores(again));
            Assert.Equal(model.Config with { Labels = [], EndTokens = [] }, again.Config with { Labels = [], EndTokens = [] });
            Assert.Equal(model.Config.Labels, again.Config.Labels);
            Assert.Equal(model.Parameters.Layout.Hash, again.Parameters.Layout.Hash);
            bool Trains(ParameterSlot slot) => mode switch
            {
                LoadMode.Trainable => true,
                LoadMode.TrainableHidden => !model.Config.IsEmbedding(slot.Name),
                LoadMode.TrainableHead => model.Config.IsHead(slot.Name),
                _ => false,
            };
            Assert.Equal(model.Parameters.Layout.Slots.Where(Trains).Sum(slot => slot.Count), again.Parameters.Flat?.Layout.Count ?? 0);
            ModelFolder.Save(again, second.Path);
        }

        Assert.Equal(File.ReadAllText(first.At("config.json")), File.ReadAllText(second.At("config.json")));
        Assert.Equal(File.ReadAllBytes(first.At("model.safetensors")), File.ReadAllBytes(second.At("model.safetensors")));
        Assert.Contains($"\"{architecture}\"", File.ReadAllText(first.At("config.json")), StringComparison.Ordinal);
        Assert.Contains("\"pad_token_id\"", File.ReadAllText(first.At("config.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert", new[] { "classifier.weight", "classifier.bias", "bert.pooler.dense.weight", "bert.pooler.dense.bias" })]
    [InlineData("distilbert", new[] { "classifier.weight", "classifier.bias" })]
    [InlineData("roberta", new[] { "classifier.dense.weight", "classifier.dense.bias", "classifier.out_proj.weight", "classifier.out_proj.bias" })]
    public void LoadClassifier_OtherClasses_KeepsTheEncoderAndFillsOnlyTheHead(string golden, string[] fresh)
    {
        using TemporaryFolder folder = new();
        using ModelSource source = ModelSource.Open(TestContexts.Golden(golden));
        using EncoderModel before = source.Load<EncoderModel>(TestContexts.F32());
        using EncoderModel model = source.LoadClassifier<EncoderModel>(TestContexts.F32(), ["no", "yes"], new RandomStream(4));
        Assert.Equal(2, Scores(model, one: true).Length);
        foreach (ParameterSlot slot in model.Parameters.Layout.Slots)
        {
            float[] values = TensorBytes.ToArray(model.Parameters[slot.Name]);
            if (fresh.Contains(slot.Name))
            {
                Assert.True(
                    slot.Shape.Count == 1
                        ? values.All(value => value == 0)
                        : values.Distinct().Count() > values.Length / 2 && values.Max(Math.Abs) < 0.12, slot.Name);
            }
            else
            {
                Assert.Equal(TensorBytes.ToArray(before.Parameters[slot.Name]), values);
            }
        }

        ModelFolder.Save(model, folder.Path);
        using ModelSource saved = ModelSource.Open(folder.Path);
        using EncoderModel same = saved.LoadClassifier<EncoderModel>(TestContexts.F32(), ["no", "yes"], new RandomStream(5));
        using EncoderModel other = saved.LoadClassifier<EncoderModel>(TestContexts.F32(), ["bad", "good"], new RandomStream(5));
        Assert.Equal(Scores(model), Scores(same));
        Assert.NotEqual(Scores(model), Scores(other));
        Assert.Contains("is an encoder", Assert.Throws<PalimpsestException>(() => ModelFolder.Load(folder.Path, TestContexts.F32())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PoolerBesideTheHeadOverTokens_IsListedAndTakenByAClassifier()
    {
        using TemporaryFolder folder = new();
        folder.Copy("bert");
        const string attention = "bert.encoder.layer.0.attention.output.dense";
        Checkpoints.Rewrite(
            folder.At("model.safetensors"),
            name => name.Replace("Norm.weight", "Norm.gamma", StringComparison.Ordinal).Replace("Norm.bias", "Norm.beta", StringComparison.Ordinal),
            ("bert.pooler.dense.weight", attention + ".weight", false), ("bert.pooler.dense.bias", attention + ".bias", false),
            ("cls.seq_relationship.bias", attention + ".bias", false),
            ("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight", false));
        using ModelSource source = ModelSource.Open(folder.Path);
        Assert.Equal(["bert.pooler.dense.bias", "bert.pooler.dense.weight", "cls.predictions.decoder.weight", "cls.seq_relationship.bias"], source.Unused.Keys);
        Assert.Contains(ModelInspection.Of(folder.Path).Facts, fact => fact.Name == "not used"
            && fact.Value.Contains("cls.seq_relationship.bias", StringComparison.Ordinal));
        using EncoderModel old = source.Load<EncoderModel>(TestContexts.F32());
        using EncoderModel modern = ModelFolder.Load<EncoderModel>(TestContexts.Golden("bert"), TestContexts.F32());
        Assert.Equal(Scores(modern), Scores(old));
        using EncoderModel classifier = source.LoadClassifier<EncoderModel>(TestContexts.F32(), ["no", "yes"], new RandomStream(4));
        Assert.Equal(TensorBytes.ToArray(modern.Parameters[attention + ".weight"]), TensorBytes.ToArray(classifier.Parameters["bert.pooler.dense.weight"]));
    }

    [Theory]
    [InlineData("bert", "bert.encoder.layer.1.output.dense.bias", "bert.encoder.layer.1.output.dense.bais",
        "\"bert.encoder.layer.1.output.dense.bias\" is missing")]
    [InlineData("roberta", "lm_head.bias", "cls.bias", "\"cls.bias\" is not part of this architecture")]
    [InlineData("distilbert", "pre_classifier.bias", "pooler.dense.bias", "\"pooler.dense.bias\" is not part of this architecture")]
    public void Open_TensorOfAnotherName_IsRefused(string golden, string name, string other, string message)
    {
        using TemporaryFolder folder = new();
        folder.Copy(golden);
        Checkpoints.Rewrite(folder.At("model.safetensors"), tensor => tensor == name ? other : tensor);
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => ModelSource.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_CopyOfATiedMatrixThatDiffers_IsRefused()
    {
        using TemporaryFolder folder = new();
        folder.Copy("roberta");
        Checkpoints.Rewrite(folder.At("model.safetensors"), name => name, ("lm_head.decoder.weight", "roberta.embeddings.word_embeddings.weight", true));
        Assert.Contains(
            "\"lm_head.decoder.weight\" holds other values", Assert.Throws<PalimpsestException>(() => ModelSource.Open(folder.Path)).Message,
            StringComparison.Ordinal);
        Edit(folder, "\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false");
        using EncoderModel apart = ModelFolder.Load<EncoderModel>(folder.Path, TestContexts.F32());
        Assert.NotSame(apart.Embedding.Weight, apart.Head!.Weight);
    }

    [Theory]
    [InlineData("bert", "\"type_vocab_size\": 2", "\"type_vocab_size\": 2, \"position_embedding_type\": \"relative_key\"",
        "position_embedding_type \"relative_key\" is not supported")]
    [InlineData("bert", "\"type_vocab_size\": 2", "\"type_vocab_size\": 2, \"is_decoder\": true", "is_decoder")]
    [InlineData("bert", "\"type_vocab_size\": 2", "\"type_vocab_size\": 2, \"pruned_heads\": {\"0\": [1]}", "pruned_heads")]
    [InlineData("bert", "\"type_vocab_size\": 2", "\"type_vocab_size\": 2, \"adapter_width\": 3", "asks for what is not supported: adapter_width = 3")]
    [InlineData("roberta", "\"max_position_embeddings\": 64", "\"max_position_embeddings\": 2", "leaves no positions")]
    [InlineData("distilbert", "\"sinusoidal_pos_embds\": false", "\"sinusoidal_pos_embds\": true", "sinusoidal_pos_embds")]
    [InlineData("distilbert", "\"n_heads\": 4", "\"n_heads\": 5", "cannot be shared by 5 heads")]
    [InlineData("distilbert", "\"single_label_classification\"", "\"multi_label_classification\"",
        "problem_type \"multi_label_classification\" is not supported")]
    public void Read_NotSupported_NamesTheKey(string golden, string part, string other, string message)
    {
        using TemporaryFolder folder = new();
        folder.Copy(golden);
        Edit(folder, part, other);
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => ModelConfigFile.Read(folder.At("config.json"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert", "bert")]
    [InlineData("roberta", "roberta")]
    public void Hidden_SecondSegment_EqualsAModelWhoseFirstSegmentIsTheSecond(string golden, string prefix)
    {
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden(golden), TestContexts.F32());
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor ids = tensor(s_ids, [1, 6]), types = model.Parameters[prefix + ".embeddings.token_type_embeddings.weight"];
        Tensor first = model.Hidden(ids).clone(), ofZeros = model.Hidden(ids, null, zeros_like(ids)), second = model.Hidden(ids, null, ones_like(ids));
        Tensor mixed = model.Hidden(ids, null, tensor(new long[] { 0, 0, 0, 1, 1, 1 }, [1, 6]));
        Assert.Equal(0, TestContexts.LargestDifference(first, ofZeros));
        Assert.True(TestContexts.LargestDifference(first, second) > 1e-3 && TestContexts.LargestDifference(mixed, second) > 1e-3);
        types[0].copy_(types[1]);
        Assert.Equal(0, TestContexts.LargestDifference(model.Hidden(ids), second));
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    public void Hidden_PaddingBehindAText_ChangesNothing(string golden)
    {
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden(golden), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor alone = model.Hidden(tensor(s_ids[..5], [1, 5])), padded = model.Hidden(tensor(s_ids, [1, 6]), tensor(s_mask, [1, 6])).narrow(1, 0, 5);
        Assert.InRange(TestContexts.LargestDifference(alone, padded), 0, 2e-6);
        Assert.Contains(
            "longer than the model's context of 64", Assert.Throws<PalimpsestException>(() => model.Hidden(zeros(1, 65, ScalarType.Int64))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("roberta")]
    public void Logits_Bf16_AreNearThoseOfF32(string golden)
    {
        using EncoderModel single = ModelFolder.Load<EncoderModel>(TestContexts.Golden(golden), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor ids = tensor(s_ids, [1, 6]), mask = tensor(s_mask, [1, 6]), expected = single.Logits(single.Hidden(ids, mask));
        foreach (LoadMode mode in new[] { LoadMode.Trainable, LoadMode.Mapped })
        {
            using EncoderModel half = ModelFolder.Load<EncoderModel>(TestContexts.Golden(golden), TestContexts.Bf16(), mode);
            Tensor hidden = half.Hidden(ids, mask);
            Assert.Equal(ScalarType.BFloat16, hidden.dtype);
            Assert.InRange(TestContexts.LargestDifference(half.Logits(hidden), expected), 1e-6, 0.05 * Ops.Value(expected.abs().max()));
        }
    }

    [Fact]
    public void Hidden_RobertasPositions_AreCountedFromBehindThePaddingsNumber()
    {
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden("roberta"), TestContexts.F32());
        Assert.Equal((62, 2), (model.Config.ContextLength, model.Config.FirstPosition));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor right = model.Hidden(tensor(new long[] { 5, 6, 7, 1 }, [1, 4]), tensor(new long[] { 1, 1, 1, 0 }, [1, 4])).narrow(1, 0, 3);
        Tensor left = model.Hidden(tensor(new long[] { 1, 5, 6, 7 }, [1, 4]), tensor(new long[] { 0, 1, 1, 1 }, [1, 4])).narrow(1, 1, 3);
        Assert.InRange(TestContexts.LargestDifference(left, right), 0, 2e-6);
    }

    [Fact]
    public void Features_OfChosenRows_GiveTheirScoresThroughTheTiedMatrixAndItsBias()
    {
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden("bert"), TestContexts.F32());
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = model.Hidden(tensor(s_ids, [2, 3])); // [2, 3, width]
        Tensor rows = hidden.view(-1, hidden.size(-1)).index_select(0, tensor(new long[] { 1, 4 }));
        Tensor composed = model.Features(rows).matmul(model.Embedding.Weight.t()).add(model.Head!.Bias!), all = model.Logits(hidden).view(6, -1);
        Assert.InRange(TestContexts.LargestDifference(composed, all.index_select(0, tensor(new long[] { 1, 4 }))), 0, 1e-5);
        Assert.Equal("cls.predictions.decoder", model.Linears[^1].Name);
        Assert.Same(model.Parameters["cls.predictions.bias"], model.Head.Bias);
    }

    [Fact]
    public void Hooks_OfAllPoints_AreCalledInOrderAndWhatTheyReturnCounts()
    {
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden("bert"), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor ids = tensor(s_ids, [1, 6]), plain = model.Hidden(ids);
        string[] inBlock =
        [
            "hook_resid_pre", "attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_z",
            "hook_attn_out", "hook_resid_mid", "mlp.hook_pre", "mlp.hook_post", "hook_mlp_out", "hook_resid_post",
        ];
        string[] points = ["hook_embed", "hook_pos_embed", "hook_token_type_embed", .. inBlock.Select(point => "blocks.1." + point)];
        List<string> called = [];
        List<IDisposable> hooks = [.. points.Select(point => model.Hooks.Add(point, x =>
        {
            called.Add(point);
            return x;
        }))];
        Assert.Equal(0, TestContexts.LargestDifference(plain, model.Hidden(ids)));
        Assert.Equal(points, called);
        hooks.ForEach(hook => hook.Dispose());
        foreach (string point in points)
        {
            using IDisposable change = model.Hooks.Add(point, x => x.mul(Scalars.Of(1.5)));
            Assert.True(TestContexts.LargestDifference(plain, model.Hidden(ids)) > 1e-4, point);
        }
    }

    [Fact]
    public void Hooks_OfTheTypesOfTokens_SeeTheirRows()
    {
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden("bert"), TestContexts.F32(), LoadMode.Mapped);
        using EncoderModel without = ModelFolder.Load<EncoderModel>(TestContexts.Golden("distilbert"), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor ids = tensor(s_ids, [1, 6]), segments = tensor(new long[] { 0, 0, 0, 1, 1, 1 }, [1, 6]);
        Tensor table = model.Parameters["bert.embeddings.token_type_embeddings.weight"], first = model.Hidden(ids), second = model.Hidden(ids, null, segments);
        Tensor? seen = null;
        using (model.Hooks.Add("hook_token_type_embed", x => seen = x.clone().DetachFromDisposeScope()))
        {
            Assert.Equal(0, TestContexts.LargestDifference(second, model.Hidden(ids, null, segments)));
        }

        Assert.Equal(0, TestContexts.LargestDifference(table.index_select(0, segments.view(-1)).unsqueeze(0), seen!));
        seen!.Dispose();

        // With the first type everywhere the segments say nothing.
        using IDisposable hook = model.Hooks.Add("hook_token_type_embed", x => table.narrow(0, 0, 1).expand(x.shape));
        Assert.Equal(0, TestContexts.LargestDifference(first, model.Hidden(ids, null, segments)));
        Assert.DoesNotContain("hook_token_type_embed", without.Hooks.Names);
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public void Hidden_StoppedAfterAPoint_GivesItsTensorAndRunsNoLaterBlock(string golden)
    {
        using TransformerModel model = ModelFolder.Load<TransformerModel>(TestContexts.Golden(golden), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor ids = tensor(s_ids, [1, 6]);
        Tensor Hidden(string? stop) => model is EncoderModel encoder ? encoder.Hidden(ids, stopAfter: stop) : ((CausalModel)model).Hidden(ids, stopAfter: stop);
        (string Point, int Blocks)[] points =
        [
            ("hook_embed", 0), ("blocks.0.hook_resid_pre", 0), ("blocks.1.hook_resid_pre", 1), ("blocks.1.attn.hook_z", 2), ("blocks.1.hook_resid_post", 2),
                ("blocks.2.hook_resid_post", 3),
        ];
        foreach ((string point, int blocks) in points)
        {
            string reference = blocks == 0 ? "blocks.0.hook_resid_pre" : $"blocks.{blocks - 1}.hook_resid_post";
            Tensor? seen = null, asked = null;
            using (model.Hooks.Add(reference, x => seen = x.clone().DetachFromDisposeScope()))
            {
                Hidden(null);
            }

            int later = 0;
            using (model.Hooks.Add(point, x => asked = x.clone().DetachFromDisposeScope()))
            using (model.Hooks.Add($"blocks.{Math.Min(2, blocks)}.hook_attn_out", x =>
            {
                later++;
                return x;
            }))
            {
                Assert.InRange(TestContexts.LargestDifference(Hidden(point), seen!), 0, 2e-6);
            }

            Assert.NotNull(asked);
            Assert.Equal(blocks == 3 ? 1 : 0, later);
            seen!.Dispose();
            asked.Dispose();
        }

        Assert.Contains("is no hook point", Assert.Throws<PalimpsestException>(() => Hidden("blocks.3.hook_resid_post")).Message, StringComparison.Ordinal);
        Assert.Contains("is no hook point", Assert.Throws<PalimpsestException>(() => Hidden("blocks.0.hook_nowhere")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Backward_RecomputedBlocks_GiveTheSameBits()
    {
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden("distilbert"), TestContexts.F32());
        float[] kept = Gradients(model);
        model.RecomputeBlocks = true;
        Assert.Equal(kept, Gradients(model));
        Assert.Contains(kept, value => value != 0);
    }

    [Fact]
    public void Create_FreshEncoder_LearnsToTellClassesApart()
    {
        EncoderConfig config = ((EncoderConfig)ModelConfigFile.Read(TestContexts.Golden("roberta", "config.json"))).WithLabels(["even", "odd"]);
        using EncoderModel model = EncoderModel.Create(config, TestContexts.F32(), new RandomStream(6));
        using AdamW optimizer = new(model.Parameters.Flat!, new AdamWOptions());
        long[] ids = [.. Enumerable.Range(0, 32).SelectMany(row => new long[] { 0, 10 + row, 2 })];
        long[] labels = [.. Enumerable.Range(0, 32).Select(row => row % 2L)];
        double first = 0, last = 0;
        for (int step = 0; step < 60; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            model.Parameters.Flat!.ZeroGradients();
            Tensor loss = nn.functional.cross_entropy(model.Logits(model.Hidden(tensor(ids, [32, 3]))), tensor(labels));
            Autograd.Backward(loss);
            optimizer.Step(3e-3);
            last = Ops.Value(loss);
            first = step == 0 ? last : first;
        }

        Assert.InRange(first, 0.6, 0.8); // ln 2 = 0.69
        Assert.InRange(last, 0, 0.1);
    }

    [Theory]
    [InlineData("bert", new[] { "query" }, new[] { "bert.pooler.dense", "classifier" }, 1)]
    [InlineData("distilbert", new[] { "q_lin" }, new[] { "pre_classifier", "classifier" }, 2)]
    [InlineData("roberta", new[] { "query" }, new[] { "classifier.dense", "classifier.out_proj" }, 2)]
    public void Adapter_OnAClassifier_TrainsAndStoresTheHeadAsPeftDoes(string golden, string[] targets, string[] head, int saved)
    {
        using TemporaryFolder folder = new();
        using ModelSource source = ModelSource.Open(TestContexts.Golden(golden));
        using EncoderModel model = source.LoadClassifier<EncoderModel>(TestContexts.F32(), ["no", "yes"], new RandomStream(4), LoadMode.Mapped);
        float[] before = Scores(model);
        using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions { Rank = 2, Targets = targets, Init = LoraInit.Random }, new RandomStream(8));
        string[] stored = [.. adapter.Parameters.Layout.Slots.Select(slot => slot.Name).Where(name => !name.Contains("lora_", StringComparison.Ordinal))];
        Assert.Equal(head[^saved..].SelectMany(module => new[] { $"base_model.model.{module}.weight", $"base_model.model.{module}.bias" }), stored);
        using LoraAdapters adapters = new(model);
        adapters.Activate(adapter);
        float[] adapted = Scores(model);
        Assert.NotEqual(before, adapted);
        adapter.Save(folder.Path);
        Assert.Contains("\"task_type\": \"SEQ_CLS\"", File.ReadAllText(folder.At("adapter_config.json")), StringComparison.Ordinal);
        using LoraAdapter again = LoraAdapter.Load(model, folder.Path);
        adapters.Activate(again);
        Assert.Equal(adapted, Scores(model));
        adapters.SaveMerged(folder.At("merged"));
        using EncoderModel merged = ModelFolder.Load<EncoderModel>(folder.At("merged"), TestContexts.F32());
        Assert.Equal(adapted, Scores(merged), (a, b) => Math.Abs(a - b) < 1e-5);
        adapters.Activate();
        Assert.Equal(before, Scores(model));
    }

    [Fact]
    public void SaveMerged_BiasesOfAHeadOverTokens_AreTheAdapters()
    {
        using TemporaryFolder folder = new();
        using EncoderModel model = ModelFolder.Load<EncoderModel>(TestContexts.Golden("bert"), TestContexts.F32(), LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions { Rank = 2, Targets = ["query"], Bias = LoraBiases.All }, new RandomStream(8));
        using (IDisposable noGrad = no_grad())
        {
            adapter.Parameters.Values.add_(Scalars.Of(0.01));
        }

        using LoraAdapters adapters = new(model);
        float[] before = Scores(model);
        adapters.Activate(adapter);
        float[] adapted = Scores(model);
        adapters.SaveMerged(folder.Path);
        using EncoderModel merged = ModelFolder.Load<EncoderModel>(folder.Path, TestContexts.F32());
        Assert.Equal(adapted, Scores(merged), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.NotEqual(before, adapted, (a, b) => Math.Abs(a - b) < 1e-4);
    }

    private static float[] Gradients(EncoderModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        model.Parameters.Flat!.ZeroGradients();
        Autograd.Backward(nn.functional.cross_entropy(model.Logits(model.Hidden(tensor(s_ids, [2, 3]))), tensor(new long[] { 0, 2 })));
        return TensorBytes.ToArray(model.Parameters.Flat.Gradients);
    }

    private static float[] Scores(EncoderModel model, bool one = false)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        return TensorBytes.ToArray(model.Logits(model.Hidden(tensor(s_ids, [one ? 1 : 2, one ? 6 : 3]))).reshape(-1));
    }

    private static void Edit(TemporaryFolder folder, string part, string other)
    {
        string text = File.ReadAllText(folder.At("config.json"));
        Assert.Contains(part, text, StringComparison.Ordinal);
        folder.Write("config.json", text.Replace(part, other, StringComparison.Ordinal));
    }
}
